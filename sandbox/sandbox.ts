import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createLocalSlack, type LocalSlack } from '@lobml/local-slack/local-slack.js';
import { lobmlCommand } from '@lobml/local-slack/manifest-commands.js';
import { createReaderRole, createTrainerRole } from '@lobml/simulated-hosts/trading-data/reader-role.js';
import { seedTradingDatabase } from '@lobml/simulated-hosts/trading-data/seed.js';
import { createTradingHosts, type TradingHosts } from '@lobml/simulated-hosts/trading-host.js';
import pg from 'pg';
import { subcommands } from '../commands/index.js';
import { findPackageRoot } from '../src/machine/package-root.js';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../src/store/embedded-postgres.js';
import { textFor } from '../views/text/index.js';
import { clearBotData, endTrainers } from './bot-data.js';
import { writeDemoRunbooks } from './demo-runbook.js';
import { type DemoTargets, demoTargetsFile } from './demo-targets.js';
import { seedDrills } from './seed-drills.js';
import { type BotProcess, startBot } from './start-bot.js';

export interface SandboxOptions extends DemoTargets {
  /** Absolute; everything is laid out in it. */
  readonly folder: string;
  /** The page's port; any free one where it is taken. */
  readonly port: number;
  readonly locale?: 'en' | 'zh-CN';
  /** RestartSec of the simulated hosts. */
  readonly restartDelayMs?: number;
  /** In the place of the interval of the watch, seconds. */
  readonly watchEverySecs?: number | undefined;
  readonly onStep?: (step: string) => void;
  /** Aborts the start; what had started is stopped. */
  readonly signal?: AbortSignal;
}

export interface Sandbox {
  readonly slack: LocalSlack;
  readonly hosts: TradingHosts;
  /** The variables of the bot, for a second one or for a terminal. */
  readonly botEnvironment: Readonly<Record<string, string>>;
  readonly bot: () => BotProcess;
  /** Ends the bot, unless it has ended, and starts it again. */
  restartBot(): Promise<void>;
  /** Ends every process. */
  close(): Promise<void>;
}

// For a bot that hangs: one that exits is noticed at once.
const CONNECT_TIMEOUT_MS = 120_000;
const HOSTS = ['live-1', 'live-2', 'dryrun-1', 'policy-1'];

/** The whole sandbox: a real PostgreSQL, a local Slack, simulated hosts, and the bot as a process of its own. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { folder, signal } = options;
  const onStep = (step: string) => {
    signal?.throwIfAborted();
    options.onStep?.(step);
  };
  const open: (() => Promise<void>)[] = [];
  // Closes the others too when one fails: an open handle would keep the process alive.
  const closeAll = async () => {
    const faults: unknown[] = [];
    for (const close of open.splice(0).reverse()) await close().catch((fault: unknown) => faults.push(fault));
    if (faults.length > 0) throw new AggregateError(faults, `Not everything ended: ${faults.join('; ')}`);
  };
  try {
    await mkdir(folder, { recursive: true });
    onStep('PostgreSQL');
    const postgres = await startEmbeddedPostgres({ dataDir: folder, use: 'own', durable: false });
    open.push(() => postgres.stop());

    onStep('trading database');
    const { readerUrl, trainerUrl, ownerUrl } = await createDatabases(postgres, signal);

    onStep('trading hosts');
    const hostsFolder = join(folder, 'hosts');
    await rm(hostsFolder, { recursive: true, force: true });
    const hosts = await createTradingHosts({
      folder: hostsFolder,
      databaseUrl: ownerUrl,
      hosts: HOSTS,
      restartDelayMs: options.restartDelayMs ?? 2_000,
      programsFolder: join(findPackageRoot(import.meta.url), 'dist/sandbox/host'),
    });
    open.push(() => hosts.close());

    onStep('local Slack');
    const slack = await startSlack(options.port, Object.keys(hosts.targets));
    open.push(() => slack.stop());
    connectIncidents(slack, hosts);

    onStep('bot');
    const targetsFile = join(folder, 'targets.yaml');
    await writeFile(targetsFile, demoTargetsFile(hosts.targets, options));
    const dataDir = join(folder, 'bot');
    await clearBotData(dataDir);
    open.push(() => endTrainers(dataDir));
    const botEnvironment = {
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_APP_TOKEN: slack.appToken,
      SLACK_API_URL: slack.apiUrl,
      PORT: '0',
      DATABASE_URL: postgres.url('lobml'),
      TRADING_DATABASE_URL: readerUrl,
      TRAINING_DATABASE_URL: trainerUrl,
      RUNBOOK_FILE: await writeDemoRunbooks(folder),
      TARGETS_FILE: targetsFile,
      DATA_DIR: dataDir,
      LOCALE: options.locale ?? 'en',
      ...(options.watchEverySecs === undefined ? {} : { WATCH_EVERY_SECS: String(options.watchEverySecs) }),
    };
    const logFile = join(folder, 'bot.log');
    let bot = startBot(botEnvironment, logFile);
    open.push(() => bot.end());
    await untilConnected(slack, bot, logFile, signal);
    await seedDrills(postgres.url('lobml'), targetsFile);
    return {
      slack,
      hosts,
      botEnvironment,
      bot: () => bot,
      async restartBot() {
        await bot.end();
        bot = startBot(botEnvironment, logFile);
        await untilConnected(slack, bot, logFile);
      },
      close: closeAll,
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

async function untilConnected(
  slack: LocalSlack,
  bot: BotProcess,
  logFile: string,
  signal?: AbortSignal,
): Promise<void> {
  const ended = bot.exited.then((code) => {
    throw new Error(`the bot ended with ${code} before it was ready: see ${logFile}`);
  });
  ended.catch(() => {});
  const connected = slack.waitFor(() => {
    signal?.throwIfAborted();
    return slack.botConnected;
  }, CONNECT_TIMEOUT_MS);
  await Promise.race([connected, ended]);
}

/** The bot's database, empty, a new trading database with a history, and the roles that may only read it. */
async function createDatabases(postgres: EmbeddedPostgres, signal?: AbortSignal) {
  for (const name of ['lobml', 'ploy']) {
    await postgres.dropDatabase(name);
    await postgres.createDatabase(name);
  }
  const ownerUrl = postgres.url('ploy');
  const client = new pg.Client({ connectionString: ownerUrl });
  // When the start is aborted, the server may stop first.
  client.on('error', () => undefined);
  await client.connect();
  const end = () => client.end().catch(() => undefined);
  // Cancels a running statement.
  signal?.addEventListener('abort', end, { once: true });
  try {
    signal?.throwIfAborted();
    await seedTradingDatabase(client, { now: new Date() });
    const password = randomBytes(24).toString('hex');
    const readerUrl = await createReaderRole(client, { adminUrl: ownerUrl, role: 'lobml_reader', password });
    const trainer = { adminUrl: ownerUrl, role: 'lobml_trainer', password: randomBytes(24).toString('hex') };
    const trainerUrl = await createTrainerRole(client, trainer);
    return { ownerUrl, readerUrl, trainerUrl };
  } finally {
    signal?.removeEventListener('abort', end);
    // Closed already when the start was aborted.
    if (!signal?.aborted) await end();
  }
}

async function startSlack(port: number, targets: readonly string[]): Promise<LocalSlack> {
  const { summaries } = textFor('en');
  const hints = subcommands.map((subcommand) => ({
    ...subcommand,
    summary: summaries[subcommand.name] ?? '',
  }));
  const options = {
    staticFolder: join(findPackageRoot(import.meta.url), 'dist/sandbox/slack/page'),
    commands: [lobmlCommand(hints, targets)],
  };
  const wanted = createLocalSlack({ ...options, port });
  try {
    await wanted.start();
    return wanted;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    const other = createLocalSlack(options);
    await other.start();
    return other;
  }
}

function connectIncidents(slack: LocalSlack, hosts: TradingHosts): void {
  slack.setIncidents(hosts.incidents());
  slack.onIncident(async ({ id, host, active }) => {
    await hosts.setIncident(id, host, active);
    slack.setIncidents(hosts.incidents());
  });
}
