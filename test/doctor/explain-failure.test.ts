import { expect, test } from '@jest/globals';
import { help, subcommands } from '../../commands/index.js';
import { rollback } from '../../commands/rollback.js';
import { selftest } from '../../commands/selftest.js';
import { runTerminal } from '../../src/app/cli.js';
import { ENVIRONMENT, loadConfig } from '../../src/config/config.js';
import { UsageError, UserError } from '../../src/conversation/errors.js';
import { explainFailure, explainStart } from '../../src/doctor/explain-failure.js';
import type { Locale } from '../../src/domain/localized.js';
import { HostError } from '../../src/hosts/host.js';
import { ConfigurationError } from '../../src/runbook/configuration-fault.js';
import { DatabaseFaultError } from '../../src/store/database-fault-error.js';
import { unknownSubcommandView } from '../../views/help.js';
import { say } from '../../views/sentence.js';
import { terminalText } from '../../views/terminal.js';

test.each([
  ['wrong words', new UsageError('lock_reason_missing', {}), 64],
  ['a refusal', new UserError('unknown_run', { id: '7' }), 1],
  ['Slack away', new UserError('directory_away', {}), 75],
  [
    'a faulty file',
    new ConfigurationError([
      { file: 'targets.yaml', line: 3, place: 'name', fault: { code: 'name_shape', facts: {} } },
    ]),
    64,
  ],
  ['a host away', new HostError('unreachable', { code: 'host_silent', facts: { host: 'live-1' } }), 75],
  [
    'a host that refuses',
    new HostError('permission_denied', { code: 'host_silent', facts: { host: 'live-1' } }),
    70,
  ],
  ['the trading database away', new DatabaseFaultError('trading', 'timeout'), 75],
  ['the own database away', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }), 75],
  ['a database that starts', Object.assign(new Error('starting up'), { code: '57P03' }), 75],
  ['an error of our own', new Error('boom'), 70],
])('%s ends with its exit code, in both languages', (_name, error, exitCode) => {
  const told = (locale: Locale) => explainFailure(error, { usage: 'lobml precheck [target]', locale, say });
  expect(told('en').exitCode).toBe(exitCode);
  expect(told('en').says).not.toMatch(/[\u4e00-\u9fff]/);
  expect(told('zh-CN').says).toMatch(/[\u4e00-\u9fff]/);
  // A code with its values is for the log.
  expect(told('en').says).not.toMatch(/\bhost_/);
});

test('a bot that the operating system lets not start says why in both languages, and what to do', () => {
  const taken = Object.assign(new Error('listen EADDRINUSE: address already in use 127.0.0.1:3000'), {
    code: 'EADDRINUSE',
    syscall: 'listen',
    address: '127.0.0.1',
    port: 3000,
  });
  const told = (error: Error, locale: Locale) => explainStart(error, { locale, say }).says;
  expect(told(taken, 'en')).toContain('listen 127.0.0.1 3000: another program has the port (EADDRINUSE)');
  expect(told(taken, 'zh-CN')).toContain('listen 127.0.0.1 3000：端口已被其他程序占用 (EADDRINUSE)');
  expect(told(taken, 'zh-CN')).not.toContain('already in use');
  expect(told(new Error('boom'), 'zh-CN')).toContain('程序原话：“boom”');
});

/** What a terminal prints, with some variables of its own. */
async function terminal(words: readonly string[], env: Readonly<Record<string, string>>) {
  const printed: string[] = [];
  const [stdout, stderr] = [process.stdout.write, process.stderr.write];
  const before = { ...process.env };
  const keep = (text: string | Uint8Array) => printed.push(String(text)) > 0;
  try {
    Object.assign(process.env, { TARGETS_FILE: '/no/such/targets.yaml' }, env);
    process.stdout.write = keep;
    process.stderr.write = keep;
    const program = {
      subcommands,
      killSwitch: rollback,
      selfTest: selftest,
      help,
      asText: terminalText,
      say,
      unknown: unknownSubcommandView,
      standAlone: [],
      version: '1.2.3',
    };
    return { exitCode: await runTerminal(words, program), printed: printed.join('') };
  } finally {
    process.stdout.write = stdout;
    process.stderr.write = stderr;
    process.env = before;
  }
}

test('each variable of the configuration is told of in Chinese', () => {
  // What is no name of a file; those take whatever is written.
  const wrong = Object.keys(ENVIRONMENT).filter((variable) => !/_FILE$|^DATA_DIR$/.test(variable));
  const { tolerated } = loadConfig(Object.fromEntries(wrong.map((variable) => [variable, '?'])), {
    role: 'kill_switch',
  });
  expect(tolerated.map(({ variable }) => variable).toSorted()).toEqual(wrong.toSorted());
  for (const { fault } of tolerated) expect(say(fault, 'zh-CN')).toMatch(/[\u4e00-\u9fff]/);
});

test('help needs no targets file, and names what one types in a terminal', async () => {
  const { exitCode, printed } = await terminal(['help'], { LOCALE: 'en' });
  expect(exitCode).toBe(0);
  expect(printed).toContain('lobml precheck [target]');
  expect(printed).toContain('lobml doctor');
  expect(printed).not.toContain('/lobml');
});

test('--help alone is the list of commands, and begins with how to stop the strategy', async () => {
  const env = { LOCALE: 'en', TARGETS_FILE: 'targets.example.yaml' };
  const { exitCode, printed } = await terminal(['--help'], env);
  expect(exitCode).toBe(0);
  expect(printed).toContain('lobml precheck [target]');
  expect(printed.indexOf('lobml rollback live --disable')).toBeLessThan(printed.indexOf('lobml precheck'));
  expect(printed).toBe((await terminal(['help'], env)).printed);
});

test.each(['--version', '-V', 'version'])('%s prints the version', async (word) => {
  expect(await terminal([word], {})).toEqual({ exitCode: 0, printed: 'lobml 1.2.3\n' });
});

test.each([
  [['precheck', '--jsn'], '`--jsn`', '`--json`'],
  [['precheck', 'live', '--foo'], '`--foo`', undefined],
  [['history', '--incidnt', '7'], '`--incidnt`', '`--incident`'],
  [['verify', '—json2'], '`--json2`', '`--json`'],
  [['lock', 'live', '—fr', '2h', 'x'], '`--fr`', '`--for`'],
])('an unknown option is called one: %j', async (words, option, nearest) => {
  const { exitCode, printed } = await terminal(words, { LOCALE: 'en', TARGETS_FILE: 'targets.example.yaml' });
  expect(exitCode).toBe(64);
  expect(printed).toContain(`There is no option ${option}.${nearest ? ` Did you mean ${nearest}?` : ''}`);
});

test('in Chinese: help, an unknown word, the usage, and a faulty configuration', async () => {
  const env = { LOCALE: 'zh-CN' };
  expect((await terminal(['help'], env)).printed).toMatch(/检查配置/);
  const unknown = await terminal(['prechek'], env);
  expect(unknown).toMatchObject({
    exitCode: 64,
    printed: expect.stringContaining('是否想写 `lobml precheck`'),
  });
  expect((await terminal(['precheck', '--help'], env)).printed).toMatch(/^用法：lobml precheck/);
  const faulty = await terminal(['precheck'], env);
  expect(faulty.exitCode).toBe(64);
  expect(faulty.printed).toMatch(/lobml 无法启动：[\s\S]*无法读取 targets 文件/);
  const port = await terminal(['precheck'], { ...env, PORT: 'x' });
  expect(port.printed).toMatch(/environment: PORT：不是/);
});
