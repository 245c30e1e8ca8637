import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { subcommands } from '../commands/index.js';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../src/store/embedded-postgres.js';
import { writeDemoRunbook } from './demo-runbook.js';
import { demoTargetsFile } from './demo-targets.js';
import { createTradingHosts, type TradingHosts } from './host/trading-host.js';
import { createLocalSlack, type LocalSlack } from './slack/local-slack.js';
import { lobmlCommand } from './slack/manifest-commands.js';
import { type BotProcess, startBot } from './start-bot.js';
import { packageFile } from './trading-data/package-file.js';
import { createReaderRole } from './trading-data/reader-role.js';
import { seedTradingDatabase } from './trading-data/seed.js';

export interface SandboxOptions {
  /** Absolute; everything is laid out in it. */
  readonly folder: string;
  /** The page's port; any free one where it is taken. */
  readonly port: number;
  readonly locale?: 'en' | 'zh-CN';
  /** RestartSec of the simulated hosts. */
  readonly restartDelayMs?: number;
  /** When a release is checked again, minutes after its start. */
  readonly checkpointMinutes?: readonly number[] | undefined;
  readonly onStep?: (step: string) => void;
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

const HOSTS = ['live-1', 'live-2', 'dryrun-1'];

/** The whole sandbox: a real PostgreSQL, a local Slack, simulated hosts, and the bot as a process of its own. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { folder, onStep = () => {} } = options;
  const open: (() => Promise<void>)[] = [];
  const closeAll = async () => {
    for (const close of open.splice(0).reverse()) await close();
  };
  try {
    await mkdir(folder, { recursive: true });
    onStep('PostgreSQL');
    const postgres = await startEmbeddedPostgres({ dataDir: folder, use: 'own', durable: false });
    open.push(() => postgres.stop());

    onStep('trading database');
    const { readerUrl, ownerUrl } = await createTradingDatabases(postgres);

    onStep('trading hosts');
    const hostsFolder = join(folder, 'hosts');
    await rm(hostsFolder, { recursive: true, force: true });
    const hosts = await createTradingHosts({
      folder: hostsFolder,
      databaseUrl: ownerUrl,
      hosts: HOSTS,
      restartDelayMs: options.restartDelayMs ?? 2_000,
    });
    open.push(() => hosts.close());

    onStep('local Slack');
    const slack = await startSlack(options.port, Object.keys(hosts.targets));
    open.push(() => slack.stop());
    connectIncidents(slack, hosts);

    onStep('bot');
    const targetsFile = join(folder, 'targets.yaml');
    await writeFile(targetsFile, demoTargetsFile(hosts.targets, options.checkpointMinutes));
    const botEnvironment = {
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_APP_TOKEN: slack.appToken,
      SLACK_API_URL: slack.apiUrl,
      PORT: '0',
      DATABASE_URL: postgres.url('lobml'),
      TRADING_DATABASE_URL: readerUrl,
      RUNBOOK_FILE: await writeDemoRunbook(folder),
      TARGETS_FILE: targetsFile,
      DATA_DIR: folder,
      LOCALE: options.locale ?? 'en',
    };
    const logFile = join(folder, 'bot.log');
    let bot = await startConnectedBot(slack, botEnvironment, logFile);
    open.push(() => bot.end());
    return {
      slack,
      hosts,
      botEnvironment,
      bot: () => bot,
      async restartBot() {
        await bot.end();
        bot = await startConnectedBot(slack, botEnvironment, logFile);
      },
      close: closeAll,
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

async function startConnectedBot(
  slack: LocalSlack,
  environment: Readonly<Record<string, string>>,
  logFile: string,
): Promise<BotProcess> {
  const bot = startBot(environment, logFile);
  const ended = bot.exited.then((code) => {
    throw new Error(`the bot ended with ${code} before it was ready: see ${logFile}`);
  });
  await Promise.race([slack.waitFor(() => slack.botConnected, 20_000), ended]);
  ended.catch(() => {});
  return bot;
}

/** A new trading database with a history, and the role that may only read it. */
async function createTradingDatabases(postgres: EmbeddedPostgres) {
  await postgres.createDatabase('lobml');
  await postgres.dropDatabase('ploy');
  await postgres.createDatabase('ploy');
  const ownerUrl = postgres.url('ploy');
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    await seedTradingDatabase(client, { now: new Date() });
    const password = randomBytes(24).toString('hex');
    const readerUrl = await createReaderRole(client, { adminUrl: ownerUrl, role: 'lobml_reader', password });
    return { ownerUrl, readerUrl };
  } finally {
    await client.end();
  }
}

async function startSlack(port: number, targets: readonly string[]): Promise<LocalSlack> {
  const options = {
    staticFolder: packageFile('dist/sandbox/page'),
    commands: [lobmlCommand(subcommands, targets)],
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
