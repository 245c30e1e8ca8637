import { userInfo } from 'node:os';
import { type Config, loadConfig, readEnvironment, readLocale } from '../config/config.js';
import { EXIT, type ExitCode, GLOBAL_OPTIONS, type Subcommand } from '../conversation/subcommand.js';
import { heardSubcommand } from '../conversation/subcommand-lookup.js';
import { explainFailure } from '../doctor/explain-failure.js';
import { plainText, plainValue } from '../domain/plain-text.js';
import type { Report } from '../domain/report.js';
import type { Say } from '../domain/sentence.js';
import { type UnknownSubcommand, unknownSubcommand } from '../domain/unknown-subcommand.js';
import type { KillSwitchServices } from '../halt/kill-switch-services.js';
import { ConfigurationError, formatFault } from '../runbook/configuration-fault.js';
import { loadTargets, type Targets } from '../runbook/targets.js';
import { openState, type State } from '../store/open-state.js';
import { createLogger, type Logger } from '../telemetry/logger.js';
import { compose } from './compose.js';
import { loadConfiguration, loadRunbooksAlone } from './load-configuration.js';
import { selectTargetOf } from './select-target-of.js';
import { createSelfTests, type SelfTestServices } from './self-tests.js';
import type { Services } from './services.js';
import { routeByStrategy } from './strategy-router.js';
import { createTerminalConversation } from './terminal-conversation.js';
import { openTerminalKillSwitch } from './terminal-kill-switch.js';

/** What help shows besides the subcommands. */
export interface HelpServices {
  readonly targets: Pick<Targets, 'everyName'>;
}

interface TerminalProgram {
  readonly subcommands: readonly Subcommand<Services>[];
  /** Runs without most of the services: without a valid runbook, Slack or a database. */
  readonly killSwitch: Subcommand<KillSwitchServices>;
  /** Goes by the runbooks alone: no target need be there. */
  readonly selfTest: Subcommand<SelfTestServices>;
  /** Each hears its own words, and needs neither configuration nor services. */
  readonly standAlone: readonly Subcommand<unknown>[];
  /** Answers whatever is wrong with the configuration. */
  readonly help: Subcommand<HelpServices>;
  readonly say: Say;
  readonly asText: (report: Report) => string;
  readonly version: string;
  readonly unknown: (unknown: UnknownSubcommand, locale: Config['locale']) => Report;
}

/**
 * Runs one subcommand in a terminal. `--json` prints one JSON document on stdout and nothing else; whatever goes
 * wrong is said on stderr. @returns the exit code.
 */
export async function runTerminal(argv: readonly string[], program: TerminalProgram): Promise<ExitCode> {
  const wantsJson = argv.includes('--json');
  const wantsHelp = argv.includes('--help') || argv.includes('-h');
  const locale = readLocale();
  const typed = argv.filter((word) => !GLOBAL_OPTIONS.includes(word));
  const [first = program.help.name] = typed;
  if (VERSION_WORDS.includes(first)) {
    process.stdout.write(`lobml ${program.version}\n`);
    return EXIT.ok;
  }
  const here = program.subcommands.filter(onTerminal);
  const named = here.find((candidate) => candidate.name === first);
  const subcommand = named ?? heardSubcommand(typed, here);
  if (subcommand === undefined) {
    const names = here.map((candidate) => candidate.name);
    print(program.asText(program.unknown(unknownSubcommand([first, ...typed.slice(1)], names), locale)));
    return EXIT.usage;
  }
  const { name } = subcommand;
  const words = named === undefined ? typed : typed.slice(1);
  if (wantsHelp && name !== program.help.name) {
    const facts = { name, usage: `lobml ${name} ${subcommand.usage} [--json]` };
    process.stdout.write(`${program.say({ code: 'subcommand_help', facts }, locale)}\n`);
    return EXIT.ok;
  }
  try {
    const alone = program.standAlone.find(({ hears }) => hears?.(typed));
    if (alone !== undefined)
      return await answer(alone, words, wantsJson, { program, config: { locale }, services: undefined });
    if (name === program.help.name) return await runHelp(words, wantsJson, program);
    if (name === program.killSwitch.name) return await runKillSwitch(words, wantsJson, program);
    if (name === program.selfTest.name) return await runSelfTest(words, wantsJson, program);
    return await runSubcommand(subcommand, words, wantsJson, program);
  } catch (error) {
    const { says, exitCode } = explainFailure(error, {
      usage: `lobml ${name} ${subcommand.usage}`.trim(),
      locale,
      say: program.say,
    });
    print(says);
    return exitCode;
  }
}

const VERSION_WORDS: readonly string[] = ['--version', '-V', 'version'];

const onTerminal = ({ surfaces }: Subcommand<Services>): boolean => surfaces?.includes('terminal') ?? true;

const print = (text: string): void => {
  process.stderr.write(`${plainText(text)}\n`);
};

async function runSubcommand(
  subcommand: Subcommand<Services>,
  words: readonly string[],
  wantsJson: boolean,
  program: TerminalProgram,
): Promise<ExitCode> {
  const configuration = await loadConfiguration('terminal');
  const { config } = configuration;
  const logger = terminalLogger(config);
  const { state, close } = stateWhenAsked(config, logger);
  const composition = compose({ configuration, logger, state });
  const [routed = subcommand] = routeByStrategy([subcommand], {
    strategies: composition.strategies.map(({ services }) => services),
    targetOf: async (id) => selectTargetOf((await state()).pool, id),
  });
  try {
    return await answer(routed, words, wantsJson, { program, config, services: composition.services });
  } finally {
    await composition.close();
    await close();
  }
}

/** A targets file that is missing or faulty leaves its targets out. */
async function runHelp(
  words: readonly string[],
  wantsJson: boolean,
  program: TerminalProgram,
): Promise<ExitCode> {
  const config = loadConfig(readEnvironment(), { role: 'kill_switch' });
  const targets = await loadTargets(config.targetsFile).catch((error: unknown) => {
    if (error instanceof ConfigurationError) return { everyName: [] };
    throw error;
  });
  return answer(program.help, words, wantsJson, { program, config, services: { targets } });
}

async function runSelfTest(
  words: readonly string[],
  wantsJson: boolean,
  program: TerminalProgram,
): Promise<ExitCode> {
  const { config, runbooks } = await loadRunbooksAlone();
  const logger = terminalLogger(config);
  const { state, close } = stateWhenAsked(config, logger);
  const services = { selfTests: createSelfTests({ runbooks, state, logger }) };
  try {
    return await answer(program.selfTest, words, wantsJson, { program, config, services });
  } finally {
    await close();
  }
}

const terminalLogger = ({ logLevel }: Config): Logger => createLogger({ level: logLevel, to: 'stderr' });

/** The bot's own database: many a subcommand asks nothing of it. */
function stateWhenAsked(config: Config, logger: Logger) {
  let opened: Promise<State> | undefined;
  return {
    state: () => {
      opened ??= openState(config, 'terminal', logger);
      return opened;
    },
    close: async () => {
      await opened?.then(
        (open) => open.close(),
        () => {},
      );
    },
  };
}

/** From the targets file and the hosts alone. */
async function runKillSwitch(
  words: readonly string[],
  wantsJson: boolean,
  program: TerminalProgram,
): Promise<ExitCode> {
  const config = loadConfig(readEnvironment(), { role: 'kill_switch' });
  const logger = createLogger({ level: config.logLevel, to: 'stderr' });
  const terminal = await openTerminalKillSwitch(config, logger);
  for (const fault of terminal.faults) {
    const facts = { fault: formatFault(fault, config.locale, program.say) };
    print(program.say({ code: 'kill_switch_goes_on', facts }, config.locale));
  }
  const [routed = program.killSwitch] = routeByStrategy([program.killSwitch], {
    strategies: terminal.strategies,
    targetOf: async () => undefined,
  });
  try {
    return await answer(routed, words, wantsJson, {
      program,
      config,
      services: terminal.services,
      tellsChanges: true,
    });
  } finally {
    await terminal.close();
  }
}

interface TerminalParts<S> {
  readonly program: TerminalProgram;
  readonly config: Pick<Config, 'locale'>;
  readonly services: S;
  /** Each change is a line, also where nobody watches: in a log it must stand how far it is. */
  readonly tellsChanges?: boolean;
}

async function answer<S>(
  subcommand: Subcommand<S>,
  words: readonly string[],
  wantsJson: boolean,
  { program, config, services, tellsChanges = false }: TerminalParts<S>,
): Promise<ExitCode> {
  const username = accountName();
  const conversation = createTerminalConversation({
    person: { id: username, name: username, surface: 'terminal' },
    locale: config.locale,
    asText: program.asText,
    print: (text) => {
      if (!wantsJson) process.stdout.write(`${plainText(text)}\n`);
    },
    showProgress: process.stderr.isTTY
      ? (line) => process.stderr.write(`\r\u001B[K${plainText(line)}`)
      : () => {},
    interrupted,
    showChange: tellsChanges && !process.stderr.isTTY ? print : undefined,
  });
  const { exitCode, json } = await subcommand.run(words, conversation, services);
  if (wantsJson) process.stdout.write(`${JSON.stringify(plainValue(json), undefined, 2)}\n`);
  return exitCode;
}

/** From the call on the first Ctrl-C ends the work, and no longer the program. */
function interrupted(): AbortSignal {
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort());
  return controller.signal;
}

/** An account may have a number only. */
function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
