import { access, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createLocalSlack, type LocalSlack } from '../../sandbox/slack/local-slack.js';
import { PROBE_KINDS } from '../../src/checks/probe-kinds.js';
import { loadConfig } from '../../src/config/config.js';
import { createDoctor } from '../../src/doctor/doctor.js';
import { createExaminations, type ExaminationOptions } from '../../src/doctor/examinations.js';
import type { Diagnosis } from '../../src/domain/diagnosis.js';
import { LOCALES } from '../../src/domain/localized.js';
import { createHost } from '../../src/hosts/kinds/create-host.js';
import { loadRunbook } from '../../src/runbook/load-runbook.js';
import { parseTargets } from '../../src/runbook/targets.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { createTradingDatabase } from '../../src/trading/trading-database.js';
import { doctorView } from '../../views/doctor.js';
import { say } from '../../views/sentence.js';
import { terminalText } from '../../views/terminal.js';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/database.js';

const TABLES = ['sync_records', 'pm_token_settlements', 'agent_order_executions', 'risk_gate_decisions'];
const ROLE = 'lobml_doctor_reader';
const logger = createLogger({ level: 'silent', to: 'stderr' });

let state: TestDatabase;
let tables: TestDatabase;
let folder: string;

beforeAll(async () => {
  [state, tables] = await Promise.all([createTestDatabase(), createEmptyDatabase()]);
  folder = await mkdtemp(join(tmpdir(), 'lobml-doctor-'));
  for (const table of TABLES) await tables.pool.query(`CREATE TABLE ${table} (id int)`);
  await tables.pool.query(`CREATE ROLE ${ROLE} LOGIN PASSWORD 'reader'`);
});
afterAll(async () => {
  await tables.pool.query(`DROP OWNED BY ${ROLE}; DROP ROLE ${ROLE}`);
  await Promise.all([state.drop(), tables.drop()]);
});

interface Situation {
  readonly env?: Readonly<Record<string, string>>;
  readonly channels?: { readonly reports: string; readonly incidents: string };
  readonly staging?: string;
  /** What the service's commands print. */
  readonly status?: string;
  readonly environ?: readonly string[];
  readonly processes?: readonly string[];
  readonly current?: readonly string[];
  /** What the host's arming is; undefined: the targets file has none. */
  readonly arm?: readonly string[] | undefined;
  /** As in the targets file. */
  readonly venue?: object;
  readonly restart?: readonly string[];
  readonly environmentFile?: string;
  readonly trading?: ExaminationOptions['trading'];
  readonly state?: ExaminationOptions['state'];
  /** Strategies besides the first one. */
  readonly others?: ExaminationOptions['strategies'];
}

/** What doctor finds, by subject. */
async function findings(situation: Situation) {
  const {
    env = {},
    channels,
    staging,
    status = 'MainPID=0',
    environ = ['true'],
    processes = ['true'],
    current,
    arm = ['true'],
    venue,
    restart = ['true'],
    environmentFile = join(folder, 'live.env'),
  } = situation;
  await writeFile(join(folder, 'live.env'), '');
  await writeFile(join(folder, 'status'), `ActiveState=active\nNRestarts=0\n${status}\n`);
  const live = {
    ...{ venue, channels, staging, models: folder, approval: { quorum: 1 }, hosts: [{ name: 'h1' }] },
    environmentFiles: [environmentFile],
    service: {
      ...{ manager: 'command', status: ['cat', join(folder, 'status')], environ },
      ...{ restart, stop: ['true'], logs: ['true'], ...(processes && { processes }), current },
      ...(arm.length > 0 && { deadMan: { arm, disarm: ['true'], status: ['echo', 'armed'] } }),
    },
  };
  const source = { defaultTarget: 'live', roles: { operators: ['U1'] }, targets: { live } };
  const examinations = createExaminations({
    config: loadConfig({ DATA_DIR: folder, ...env }, { role: 'terminal' }),
    strategies: [
      {
        runbook: await loadRunbook('runbooks/crypto_lob_ml/runbook.yaml', PROBE_KINDS),
        targets: parseTargets('targets.yaml', Buffer.from(JSON.stringify(source))),
      },
      ...(situation.others ?? []),
    ],
    trading: situation.trading,
    state: situation.state ?? state.pool,
    hostOf: (settings) => createHost(settings),
    now: () => new Date(),
    openTraining: (address) => createTradingDatabase({ ...address, logger, hasCheckSettings: false }),
  });
  const diagnoses = await createDoctor(examinations, (text) => text).examine();
  const of = (subject: string) => diagnoses.filter((diagnosis) => say(diagnosis.subject, 'en') === subject);
  return { diagnoses, of };
}

/** Faults and warnings tell what is wrong and what to do, in both languages. */
function expectWrong(found: readonly Diagnosis[], state: Diagnosis['state'], sentence: RegExp): void {
  const wrong = found.filter((diagnosis) => diagnosis.state === state);
  expect(wrong.map(({ seen }) => say(seen, 'en')).join('\n')).toMatch(sentence);
  for (const { wayOut } of wrong)
    expect(LOCALES.map((locale) => wayOut && say(wayOut, locale))).toEqual([
      expect.any(String),
      expect.stringMatching(/[\u4e00-\u9fff]/),
    ]);
}

describe('this machine', () => {
  test('takes the journal and the staging folder', async () => {
    const { of } = await findings({ staging: folder });
    expect([...of('journal folder'), ...of('staging folder (live)')].map((one) => one.state)).toEqual([
      'ok',
      'ok',
    ]);
  });

  test('does not take the journal; has no staging folder', async () => {
    const file = join(folder, 'a-file');
    await writeFile(file, '');
    const { of } = await findings({ env: { DATA_DIR: join(file, 'data') }, staging: join(folder, 'none') });
    expectWrong(of('journal folder'), 'fault', /ENOTDIR/);
    expectWrong(of('staging folder (live)'), 'fault', /ENOENT/);
  });
});

describe('the venue', () => {
  const keys = { market: 'm', side: 's', shares: 'n' };
  const printing = (text: string) => ['printf', '%s', text];

  test('is asked what rests and what is held; nothing is cancelled', async () => {
    const file = join(folder, 'cancelled');
    const { of } = await findings({
      venue: {
        openOrders: { command: printing('[{"id":"a","m":"b","s":"UP","n":1}]'), keys: { ...keys, id: 'id' } },
        cancelOrders: { command: ['touch', file] },
        positions: { command: printing('[]'), keys },
        flatten: { command: ['touch', file] },
      },
    });
    expect(of('venue of live (on h1)').map(({ state, seen }) => [state, say(seen, 'en')])).toEqual([
      ['ok', '1 order rests; nothing was cancelled'],
      ['ok', '0 positions are held'],
    ]);
    await expect(access(file)).rejects.toThrow(/ENOENT/);
  });

  test('that cannot be read, and that nobody may cancel at', async () => {
    const { of } = await findings({
      venue: {
        openOrders: { command: printing('error: no wallet'), keys: { ...keys, id: 'id' } },
        positions: { command: ['false'], keys },
      },
    });
    const found = of('venue of live (on h1)');
    expectWrong(found, 'fault', /openOrders: the answer cannot be read .*\npositions: the program says no/);
    expectWrong(found, 'warning', /a halt only looks/);
  });
});

test('every strategy is told of: its runbook, its targets and their hosts', async () => {
  const runbook = await loadRunbook('sandbox/runbooks/crypto_rl_policy/runbook.yaml', PROBE_KINDS);
  const policy = {
    ...{ models: folder, approval: { quorum: 1 }, hosts: [{ name: 'policy-1' }] },
    environmentFiles: [join(folder, 'live.env')],
    service: { manager: 'command', status: ['true'], restart: ['true'], stop: ['true'], logs: ['true'] },
  };
  const source = { defaultTarget: 'policy', roles: { operators: ['U1'] }, targets: { policy } };
  const targets = parseTargets('targets.yaml', Buffer.from(JSON.stringify(source)));
  const { diagnoses, of } = await findings({ others: [{ runbook, targets }] });
  expect(of('runbook').map(({ seen }) => say(seen, 'en'))).toEqual([
    expect.stringContaining('crypto_lob_ml'),
    expect.stringContaining('crypto_rl_policy'),
  ]);
  const subjects = diagnoses.map(({ subject }) => say(subject, 'en')).join('\n');
  expect(subjects).toMatch(/h1/);
  expect(subjects).toMatch(/policy-1/);
  expect(of('journal folder')).toHaveLength(1);
});

describe('Slack', () => {
  let slack: LocalSlack;
  const env = () => ({
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    SLACK_API_URL: slack.apiUrl,
  });
  afterAll(() => slack.stop());

  test('with the scopes of the manifest but one, and channels that the bot is not in', async () => {
    slack = createLocalSlack({
      scopes: ['channels:history', 'groups:history', 'chat:write'],
      rateLimits: false,
    });
    await slack.start();
    const { of } = await findings({
      env: env(),
      channels: { reports: 'C0RELEASES', incidents: 'C0NOWHERE' },
    });
    expect(of('Slack')).toMatchObject([{ state: 'ok' }]);
    expectWrong(
      of('Slack scopes'),
      'fault',
      /lacks app_mentions:read, commands, usergroups:read, users:read/,
    );
    expect(of('channel C0RELEASES')).toMatchObject([{ state: 'ok' }]);
    expect(slack.messages('C0RELEASES')).toEqual([]);
    expectWrong(of('channel C0NOWHERE'), 'fault', /no such channel/);
    await slack.stop();
  });

  test('where the bot may read a channel and not post', async () => {
    slack = createLocalSlack({ scopes: ['channels:history', 'groups:history'], rateLimits: false });
    await slack.start();
    const { of } = await findings({
      env: env(),
      channels: { reports: 'C0RELEASES', incidents: 'C0INCIDENTS' },
    });
    expectWrong(of('channel C0INCIDENTS'), 'fault', /may read there and not post \(missing_scope\)/);
  });
});

describe('what a halt does', () => {
  const on = 'halt on h1 (live)';

  test('can be done: a file beside the environment file was replaced, and nothing is left of it', async () => {
    const { of } = await findings({});
    expect(of(on).map(({ state, seen }) => [state, say(seen, 'en')])).toEqual([
      ['ok', `a halt can replace ${join(folder, 'live.env')} (tried on a file beside it)`],
      ['ok', '2 commands of a halt are there and may be run'],
    ]);
    expect((await readdir(folder)).filter((name) => name.startsWith('.lobml'))).toEqual([]);
  });

  test('in a folder that takes no file, by a program that is not there', async () => {
    const { of } = await findings({ environmentFile: '/proc/version', restart: ['/no/such/restart', 'it'] });
    expectWrong(
      of(on),
      'fault',
      /a halt could not write \/proc\/version: .*\n`\/no\/such\/restart` is not there/s,
    );
  });

  test('to files that the unit does not read, beside one that nobody has listed', async () => {
    const told = join(folder, 'layers');
    await writeFile(
      told,
      'NeedDaemonReload=no\nEnvironment=\nEnvironmentFiles=/etc/other.env (ignore_errors=no)\n',
    );
    const { of } = await findings({ current: ['cat', told] });
    expectWrong(
      of(on),
      'fault',
      /reads \/etc\/other\.env, which .* not list.*\n.*live\.env: a halt would write it in vain/s,
    );
  });

  test('at the venue by a program that is not there', async () => {
    const keys = { market: 'm', side: 's', shares: 'n' };
    const { of } = await findings({
      venue: {
        openOrders: { command: ['printf', '[]'], keys: { ...keys, id: 'id' } },
        cancelOrders: { command: ['/no/such/cancel'] },
      },
    });
    expectWrong(of('venue of live (on h1)'), 'fault', /`\/no\/such\/cancel` is not there/);
  });
});

describe('the databases', () => {
  const trading = async (url: string, work: (database: ExaminationOptions['trading']) => Promise<void>) => {
    const database = createTradingDatabase({ url, logger });
    try {
      await work(database);
    } finally {
      await database.close();
    }
  };
  const asReader = () => {
    const url = new URL(tables.url);
    url.username = ROLE;
    url.password = 'reader';
    return url.href;
  };

  test('a superuser is told what it can do besides reading', async () => {
    await trading(tables.url, async (database) => {
      const { of } = await findings({ trading: database });
      expectWrong(of('trading role'), 'warning', /SUPERUSER.*CREATE ON SCHEMA public.*ON sync_records/);
    });
  });

  test('a role that may only read', async () => {
    const { rows } = await tables.pool.query('SELECT current_database() AS name');
    await tables.pool.query(`REVOKE TEMPORARY ON DATABASE "${rows[0].name}" FROM PUBLIC`);
    await tables.pool.query('REVOKE CREATE ON SCHEMA public FROM PUBLIC');
    await tables.pool.query(`GRANT SELECT ON ${TABLES.slice(1).join(', ')} TO ${ROLE}`);
    await trading(asReader(), async (database) => {
      const { of } = await findings({ trading: database });
      expect(of('trading role')).toMatchObject([{ state: 'ok' }]);
      expectWrong(of('table sync_records'), 'fault', /may not read/);
      expect(of('table risk_gate_decisions')).toMatchObject([{ state: 'ok' }]);
    });
    await tables.pool.query(`GRANT UPDATE ON risk_gate_decisions TO ${ROLE}`);
    await trading(asReader(), async (database) => {
      const { of } = await findings({ trading: database });
      expectWrong(of('trading role'), 'warning', /read-only: INSERT, UPDATE.*ON risk_gate_decisions$/);
    });
  });

  test('row-level security that keeps rows from the role, and the right that lifts it', async () => {
    await tables.pool.query(`GRANT SELECT ON ${TABLES.join(', ')} TO ${ROLE}`);
    await tables.pool.query('ALTER TABLE sync_records ENABLE ROW LEVEL SECURITY');
    await trading(asReader(), async (database) => {
      const kept = await findings({ trading: database });
      expectWrong(kept.of('table sync_records'), 'fault', /keeps rows of it from the role/);
      await tables.pool.query(`ALTER ROLE ${ROLE} BYPASSRLS`);
      const whole = await findings({ trading: database });
      expect(whole.of('table sync_records')).toMatchObject([{ state: 'ok' }]);
      const right = /BYPASSRLS/;
      expect(JSON.stringify(whole.of('trading role'))).not.toMatch(right);
      await tables.pool.query('ALTER TABLE sync_records DISABLE ROW LEVEL SECURITY');
      const needless = await findings({ trading: database });
      expectWrong(needless.of('trading role'), 'warning', right);
    });
    await tables.pool.query(`ALTER ROLE ${ROLE} NOBYPASSRLS`);
  });

  test('the bot’s own: its rights, and that it is away', async () => {
    const own = await findings({});
    expect(own.of('rights in the state database')).toMatchObject([{ state: 'ok' }]);
    const asRole = {
      query: async (text: string) => {
        const client = await state.pool.connect();
        try {
          await client.query(`GRANT USAGE ON SCHEMA lobml TO ${ROLE}; SET ROLE ${ROLE}`);
          return await client.query(text);
        } finally {
          await client.query(`RESET ROLE; REVOKE ALL ON SCHEMA lobml FROM ${ROLE}`);
          client.release();
        }
      },
    } as unknown as NonNullable<Situation['state']>;
    expectWrong(
      (await findings({ state: asRole })).of('rights in the state database'),
      'fault',
      /may not create/,
    );
    const away = {
      query: async () => {
        throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
      },
    } as unknown as NonNullable<Situation['state']>;
    expect((await findings({ state: away })).of('state database')).toMatchObject([
      { state: 'fault', isAway: true },
    ]);
  });
});

describe('a host', () => {
  test('whose process’s environment cannot be read, and of which nobody knows the account', async () => {
    const { of } = await findings({
      status: 'MainPID=999999999',
      environ: ['sh', '-c', 'echo Permission denied >&2; exit 1'],
    });
    expectWrong(
      of('host h1 (live)'),
      'fault',
      /nobody says which account[\s\S]*cannot read the environment of process 999999999/,
    );
  });

  test('whose service does not say how it stands', async () => {
    const { of } = await findings({ status: 'MainPID=none' });
    const because = { code: 'host_status_unreadable', facts: { host: 'h1', key: 'MainPID' } };
    expect(of('host h1 (live)')).toContainEqual(
      expect.objectContaining({ state: 'fault', seen: { code: 'host_seen', facts: { because } } }),
    );
  });

  test('whose process is stopped', async () => {
    const told = join(folder, 'current');
    await writeFile(told, 'NeedDaemonReload=no\nEnvironment=\nExe=/opt/p\nState=T (stopped)\n');
    const { of } = await findings({ status: 'MainPID=1', environ: ['echo'], current: ['cat', told] });
    expect(of('host h1 (live)')).toContainEqual(
      expect.objectContaining({ state: 'warning', seen: { code: 'process_frozen', facts: { pid: 1 } } }),
    );
  });

  test('whose unit was changed and read since its process began', async () => {
    const unit = (words: string) =>
      `NeedDaemonReload=no\nEnvironment=\nFragmentPath=/etc/p.service\nExecStart={ path=/opt/p ; argv[]=/opt/p ${words} ; ignore_errors=no ; pid=0 ; }\nExe=/opt/p\nCommand=/opt/p run`;
    const found = async (words: string) => {
      const told = join(folder, 'current');
      await writeFile(told, unit(words));
      return findings({ status: 'MainPID=1', environ: ['echo'], current: ['cat', told] });
    };
    const changed = await found('run --live');
    expect(changed.of('host h1 (live)')).toContainEqual(
      expect.objectContaining({
        state: 'warning',
        seen: { code: 'other_command', facts: { unit: '/etc/p.service' } },
      }),
    );
    expect(JSON.stringify((await found('run')).diagnoses)).not.toContain('other_command');
  });

  test('whose processes nobody can see, or that may outlive their unit', async () => {
    const none = await findings({ status: 'MainPID=0\nUser=root\nKillMode=process\nSendSIGKILL=yes' });
    expect(none.of('host h1 (live)')).toMatchObject([
      { state: 'ok' },
      { state: 'warning', seen: { code: 'processes_outlive' } },
      { state: 'ok', seen: { code: 'dead_man_holds' } },
    ]);
    const away = await findings({ processes: ['false'], status: 'MainPID=0\nUser=root' });
    expect(away.of('host h1 (live)')).toMatchObject([
      { state: 'ok' },
      { state: 'warning', seen: { code: 'processes_unknown' }, wayOut: { code: 'do_set_processes' } },
      { state: 'ok' },
    ]);
  });

  test('that cannot turn the strategy off by itself', async () => {
    const none = await findings({ arm: [], status: 'MainPID=0\nUser=root' });
    expect(none.of('host h1 (live)')).toMatchObject([
      { state: 'ok' },
      { state: 'warning', seen: { code: 'dead_man_missing' }, wayOut: { code: 'do_set_dead_man' } },
    ]);
    const arm = ['sh', '-c', 'echo no timers here >&2; exit 1'];
    const refused = await findings({ arm, status: 'MainPID=0\nUser=root' });
    expect(refused.of('host h1 (live)')).toMatchObject([
      { state: 'ok' },
      {
        state: 'warning',
        seen: {
          code: 'dead_man_refused',
          facts: { because: { code: 'host_ended', facts: { words: 'no timers here' } } },
        },
        wayOut: { code: 'do_allow_dead_man' },
      },
    ]);
  });

  test('that has everything', async () => {
    const { of } = await findings({ status: 'MainPID=0\nUser=root' });
    expect(of('host h1 (live)')).toMatchObject([{ state: 'ok' }, { state: 'ok' }]);
  });
});

test('is told in both languages, each fault with its way out', async () => {
  const { diagnoses } = await findings({});
  expect(terminalText(doctorView(diagnoses, 'en'))).toMatch(/trading database.*\n→ Set TRADING_DATABASE_URL/);
  const chinese = terminalText(doctorView(diagnoses, 'zh-CN'));
  expect(chinese).toMatch(/交易数据库.*\n→ 请将 TRADING_DATABASE_URL/);
  expect(chinese).not.toMatch(/may|cannot|readable/);
});
