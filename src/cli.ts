import { userInfo } from 'node:os';
import { compose } from './compose.js';
import { type Config, ConfigError, loadConfig, readEnvironment } from './config.js';
import { UsageError, UserError } from './errors.js';
import { loadConfiguration } from './load-configuration.js';
import type { RollbackServices } from './rollback/rollback-services.js';
import { openTerminalRollback } from './rollback/terminal-rollback.js';
import { ConfigurationError } from './runbook/configuration-fault.js';
import type { Services } from './services.js';
import { openState, type State } from './store/open-state.js';
import { EXIT, type ExitCode, type Report, type Subcommand } from './subcommand.js';
import { unknownSubcommand } from './subcommand-lookup.js';
import { createLogger } from './telemetry/logger.js';
import { redact } from './telemetry/redact.js';
import { createTerminalConversation } from './terminal-conversation.js';

export interface TerminalProgram {
  readonly subcommands: readonly Subcommand<Services>[];
  /** Runs without most of the services: without a valid runbook, Slack or a database. */
  readonly killSwitch: Subcommand<RollbackServices>;
  readonly asText: (report: Report) => string;
  readonly unknown: (name: string, nearest: string | undefined, locale: Config['locale']) => Report;
}

/**
 * Runs one subcommand in a terminal. `--json` prints one JSON document on stdout and nothing else; whatever goes
 * wrong is said on stderr. @returns the exit code.
 */
export async function runTerminal(argv: readonly string[], program: TerminalProgram): Promise<ExitCode> {
  const wantsJson = argv.includes('--json');
  const wantsHelp = argv.includes('--help') || argv.includes('-h');
  const [name = 'help', ...words] = argv.filter((word) => !GLOBAL_FLAGS.has(word));

  const subcommand = program.subcommands.find(
    (candidate) => candidate.name === name && onTerminal(candidate),
  );
  if (subcommand === undefined) {
    const names = program.subcommands.filter(onTerminal).map((candidate) => candidate.name);
    const { nearest } = unknownSubcommand(name, names);
    say(program.asText(program.unknown(name, nearest, 'en')));
    return EXIT.usage;
  }
  if (wantsHelp) {
    process.stdout.write(`Usage: lobml ${name} ${subcommand.usage} [--json]\n${subcommand.summary.en}\n`);
    return EXIT.ok;
  }
  try {
    if (name === program.killSwitch.name) return await runKillSwitch(words, wantsJson, program);
    return await runSubcommand(subcommand, words, wantsJson, program);
  } catch (error) {
    return explain(error, subcommand);
  }
}

const GLOBAL_FLAGS: ReadonlySet<string> = new Set(['--json', '--help', '-h']);

const onTerminal = ({ surfaces }: Subcommand<Services>): boolean => surfaces?.includes('terminal') ?? true;

const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

async function runSubcommand(
  subcommand: Subcommand<Services>,
  words: readonly string[],
  wantsJson: boolean,
  program: TerminalProgram,
): Promise<ExitCode> {
  const configuration = await loadConfiguration('terminal');
  const { config } = configuration;
  const level = config.logLevel === 'info' ? 'warn' : config.logLevel;
  const logger = createLogger({ level, to: 'stderr' });
  let opened: Promise<State> | undefined;
  const state = () => {
    opened ??= openState(config, 'terminal', logger);
    return opened;
  };
  const composition = compose({ configuration, logger, state });
  try {
    return await answer(subcommand, words, wantsJson, { program, config, services: composition.services });
  } finally {
    await composition.close();
    await opened?.then(
      (open) => open.close(),
      () => {},
    );
  }
}

/** From the targets file and the hosts alone. */
async function runKillSwitch(
  words: readonly string[],
  wantsJson: boolean,
  program: TerminalProgram,
): Promise<ExitCode> {
  const config = loadConfig(readEnvironment(), { role: 'kill_switch' });
  const logger = createLogger({ level: 'error', to: 'stderr' });
  const terminal = await openTerminalRollback(config, logger);
  try {
    return await answer(program.killSwitch, words, wantsJson, {
      program,
      config,
      services: terminal.services,
    });
  } finally {
    await terminal.close();
  }
}

interface TerminalParts<S> {
  readonly program: TerminalProgram;
  readonly config: Config;
  readonly services: S;
}

async function answer<S>(
  subcommand: Subcommand<S>,
  words: readonly string[],
  wantsJson: boolean,
  { program, config, services }: TerminalParts<S>,
): Promise<ExitCode> {
  const username = accountName();
  const conversation = createTerminalConversation({
    person: { id: username, name: username, surface: 'terminal' },
    locale: config.locale,
    asText: program.asText,
    print: (text) => {
      if (!wantsJson) process.stdout.write(`${text}\n`);
    },
    showProgress: process.stderr.isTTY ? (line) => process.stderr.write(`\r\u001B[K${line}`) : () => {},
  });
  const { exitCode, json } = await subcommand.run(words, conversation, services);
  if (wantsJson) process.stdout.write(`${JSON.stringify(json, undefined, 2)}\n`);
  return exitCode;
}

/** An account may have a number only. */
function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}

function explain(error: unknown, subcommand: Subcommand<Services>): ExitCode {
  if (error instanceof UsageError) {
    say(`${error.sentence.en}\nUsage: lobml ${subcommand.name} ${subcommand.usage}`);
    return EXIT.usage;
  }
  if (error instanceof UserError) {
    say(error.sentence.en);
    return EXIT.noGo;
  }
  if (error instanceof ConfigError || error instanceof ConfigurationError) {
    say(`lobml cannot start:\n${redact(error.message)}`);
    return EXIT.usage;
  }
  say(`lobml failed: ${redact(error instanceof Error ? (error.stack ?? error.message) : String(error))}`);
  return EXIT.internal;
}
