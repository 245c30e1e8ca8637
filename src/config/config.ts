import { existsSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import { LOCALES, type Locale } from '../domain/localized.js';
import type { Sentence } from '../domain/sentence.js';
import type { VariableFacts } from '../domain/variable-sentence.js';
import { findPackageRoot } from '../machine/package-root.js';
import { LOG_LEVELS, type LogLevel } from '../telemetry/log-level.js';
import { databaseAddressFault, pinnedSslMode } from './database-address.js';
import { Secret } from './secret.js';

/** How Slack reaches the bot: a WebSocket that the bot opens, or signed HTTP requests to `PORT`. */
type SlackTransport =
  | { readonly kind: 'socket'; readonly appToken: Secret }
  | { readonly kind: 'http'; readonly signingSecret: Secret };

export interface SlackConfig {
  readonly botToken: Secret;
  readonly transport: SlackTransport;
  /** Another Slack-like server; undefined: Slack itself. */
  readonly apiUrl: string | undefined;
}

export interface Config {
  /** Always set for the bot; in a terminal only where the Slack variables are there and right. */
  readonly slack: SlackConfig | undefined;
  readonly port: number;
  /** undefined: this machine alone in Socket Mode, every address in HTTP mode. */
  readonly listenAddress: string | undefined;
  /** Where metrics are had instead; undefined: on `port`. */
  readonly metricsListen: { readonly address: string; readonly port: number } | undefined;
  /** undefined: an embedded PostgreSQL under `dataDir`. */
  readonly databaseUrl: Secret | undefined;
  /** undefined: SQL checks end as ERROR. */
  readonly tradingDatabaseUrl: Secret | undefined;
  /** Up to which lag a standby may answer in the place of the trading database; undefined: it may not. */
  readonly tradingStandbyMaxLagSecs: number | undefined;
  /** In the place of the interval of each watch. */
  readonly watchEverySecs: number | undefined;
  /** What a trainer reads its data with; undefined: the address of the checks, with their bounds. */
  readonly trainingDatabaseUrl: Secret | undefined;
  readonly runbookFile: string;
  readonly targetsFile: string;
  readonly dataDir: string;
  /** Is told the signed head of the audit trail once a day; undefined: none. */
  readonly auditChannel: string | undefined;
  readonly locale: Locale;
  readonly logLevel: LogLevel;
  /** Faults that do not matter for this role (Slack's variables in a terminal); `doctor` shows them. */
  readonly tolerated: readonly ConfigFault[];
}

export type BotConfig = Config & { readonly slack: SlackConfig };

type VariableFault = Extract<Sentence, { readonly code: keyof VariableFacts }>;

interface ConfigFault {
  readonly variable: string;
  /** What is wrong and what to do. */
  readonly fault: VariableFault;
}

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly ConfigFault[];
  constructor(faults: readonly ConfigFault[]) {
    const lines = faults.map((fault) => `  ${fault.variable}: ${fault.fault.code}`);
    super(`The configuration has ${faults.length} fault(s); see .env.example.\n${lines.join('\n')}`);
    this.faults = faults;
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/** What the shape has wrong: a code without facts, which zod carries as the message. */
type ShapeFault = Exclude<keyof VariableFacts, 'token_refused' | 'value_unknown'>;

const secretLike = (pattern: RegExp, advice: ShapeFault) =>
  z
    .string()
    .regex(pattern, advice)
    .transform((text) => new Secret(text))
    .optional();
const databaseUrl = (advice: ShapeFault) =>
  z
    .string()
    .superRefine((text, context) => {
      const fault = databaseAddressFault(text);
      if (fault === undefined) return;
      const message = {
        no_address: advice,
        unencoded: 'address_unencoded',
        sslmode_unknown: 'sslmode_unknown',
      }[fault];
      context.addIssue({ code: 'custom', message });
    })
    .transform((text) => new Secret(pinnedSslMode(text)))
    .optional();
const oneOf = <const T extends readonly string[]>(values: T) => z.enum(values);

/** Every variable that the program reads; `.env.example` and the documentation list the same. */
export const ENVIRONMENT = {
  SLACK_BOT_TOKEN: secretLike(/^xoxb-\S+$/, 'bot_token_shape'),
  SLACK_APP_TOKEN: secretLike(/^xapp-\S+$/, 'app_token_shape'),
  SLACK_SIGNING_SECRET: secretLike(/^\S{16,}$/, 'signing_secret_shape'),
  SLACK_API_URL: z.string().refine(isHttpUrl, 'http_address_shape').optional(),
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, 'port_shape')
    .transform(Number)
    .refine((port) => port <= 65_535, 'port_too_high')
    .default(3000),
  LISTEN_ADDRESS: z
    .string()
    .refine((text) => isIP(text) !== 0, 'listen_address_shape')
    .optional(),
  METRICS_LISTEN: z
    .string()
    .transform((text) => listenPlace(text))
    .refine((place) => place !== undefined, 'metrics_listen_shape')
    .optional(),
  DATABASE_URL: databaseUrl('database_url_shape'),
  TRADING_DATABASE_URL: databaseUrl('trading_url_shape'),
  TRADING_DATABASE_STANDBY_MAX_LAG_SECS: z
    .string()
    .regex(/^\d{1,4}(\.\d{1,3})?$/, 'lag_shape')
    .transform(Number)
    .optional(),
  TRAINING_DATABASE_URL: databaseUrl('training_url_shape'),
  RUNBOOK_FILE: z.string().optional(),
  TARGETS_FILE: z.string().default('targets.yaml'),
  DATA_DIR: z.string().default('.data'),
  WATCH_EVERY_SECS: z
    .string()
    .regex(/^[1-9]\d{0,3}$/, 'watch_interval_shape')
    .transform(Number)
    .refine((secs) => secs <= 3_600, 'watch_interval_shape')
    .optional(),
  AUDIT_CHANNEL: z
    .string()
    .regex(/^[CG][A-Z0-9]+$/, 'channel_id_shape')
    .optional(),
  LOCALE: oneOf(LOCALES).default('en'),
  LOG_LEVEL: oneOf(LOG_LEVELS).optional(),
};

const schema = z.object(ENVIRONMENT);
type Values = z.output<typeof schema>;

/** What the system's ssh needs of the bot's environment: its agent. Nothing else is handed on. */
export function sshEnvironment(env: Environment = process.env): Readonly<Record<string, string>> {
  const agent = env['SSH_AUTH_SOCK'];
  return agent === undefined ? {} : { SSH_AUTH_SOCK: agent };
}

/** Where programs find the session of the bot's account, e.g. `systemctl --user`; what is not told is at its usual place. */
export function sessionEnvironment(env: Environment = process.env): Readonly<Record<string, string>> {
  const names = ['XDG_RUNTIME_DIR', 'DBUS_SESSION_BUS_ADDRESS'];
  return Object.fromEntries(names.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
}

/**
 * Where the bot's sockets may lie, best first: a runtime folder of its own is emptied by no cleaner of temporary files.
 * The folder for data comes last, since its disk may be another machine's.
 */
export function socketPlaces(
  { dataDir }: Pick<Config, 'dataDir'>,
  env: Environment = process.env,
): readonly string[] {
  const uid = process.getuid?.();
  const own = [env['RUNTIME_DIRECTORY']?.split(':')[0], env['XDG_RUNTIME_DIR']];
  const usual = uid === 0 ? '/run' : `/run/user/${uid}`;
  return [...own, usual, tmpdir(), '/dev/shm', homedir(), dataDir].flatMap((place) => place || []);
}

/**
 * What the bot's process for checks gets: the environment of the bot, of its own variables only what checks need.
 * Neither Slack's tokens nor the bot's database are among it.
 */
export function checksEnvironment(
  { runbookFile, targetsFile, tradingDatabaseUrl, tradingStandbyMaxLagSecs, logLevel }: Config,
  env: Environment = process.env,
): Environment {
  return {
    ...hostsEnvironment(env),
    RUNBOOK_FILE: runbookFile,
    TARGETS_FILE: targetsFile,
    TRADING_DATABASE_URL: tradingDatabaseUrl?.reveal(),
    TRADING_DATABASE_STANDBY_MAX_LAG_SECS: tradingStandbyMaxLagSecs?.toString(),
    LOG_LEVEL: logLevel,
  };
}

/** What the bot's process for hosts gets: none of the bot's own variables. */
export function hostsEnvironment(env: Environment = process.env): Environment {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !Object.hasOwn(ENVIRONMENT, name)));
}

/** What the runbook may hand to a trainer. Without an address of its own it gets that of the checks. */
export function trainingEnvironment(
  { trainingDatabaseUrl, tradingDatabaseUrl }: Pick<Config, 'trainingDatabaseUrl' | 'tradingDatabaseUrl'>,
  env: Environment = readEnvironment(),
): Environment {
  return { ...env, TRAINING_DATABASE_URL: (trainingDatabaseUrl ?? tradingDatabaseUrl)?.reveal() };
}

/** The process's variables, and beneath them those of a `.env` file where there is one. */
export function readEnvironment(env: Environment = process.env, file = '.env'): Environment {
  return existsSync(file) ? { ...parseEnv(readFileSync(file, 'utf8')), ...env } : env;
}

export interface EnvironmentSource {
  readonly env?: Environment | undefined;
  readonly file?: string | undefined;
}

export interface VariablePlace {
  /** `environment` for the process's own. */
  readonly file: string;
  readonly line?: number;
}

/** Where a variable is set: the line of the `.env` file that sets it, unless the process's own environment does. */
export function variablePlace(
  variable: string,
  { env = process.env, file = '.env' }: EnvironmentSource,
): VariablePlace {
  const inFile = env[variable] === undefined && existsSync(file);
  const lines = inFile ? readFileSync(file, 'utf8').split('\n') : [];
  const index = lines.findLastIndex((line) => new RegExp(`^\\s*(export\\s+)?${variable}\\s*=`).test(line));
  return index < 0 ? { file: 'environment' } : { file, line: index + 1 };
}

/** `kill_switch` starts with whatever faults there are: a wrong address of a database must not prevent a halt. */
type ConfigRole = 'bot' | 'terminal' | 'kill_switch';

/**
 * The whole configuration. An empty variable counts as not set; spaces around a value are dropped.
 * @throws ConfigError with every fault at once.
 */
export function loadConfig(env: Environment, options: { role: 'bot' }): BotConfig;
export function loadConfig(env: Environment, options: { role: ConfigRole }): Config;
export function loadConfig(env: Environment, { role }: { role: ConfigRole }): Config {
  const { values, faults } = parse(env);
  const slackFaults = [...faults.filter(isSlackFault), ...missingSlackVariables(env, role)];
  const otherFaults = faults.filter((fault) => !isSlackFault(fault));
  const fatal = { bot: [...slackFaults, ...otherFaults], terminal: otherFaults, kill_switch: [] }[role];
  if (fatal.length > 0) throw new ConfigError(fatal);
  return {
    slack: slackFaults.length === 0 ? slackConfig(values) : undefined,
    port: values.PORT,
    listenAddress: values.LISTEN_ADDRESS,
    metricsListen: values.METRICS_LISTEN,
    databaseUrl: values.DATABASE_URL,
    tradingDatabaseUrl: values.TRADING_DATABASE_URL,
    tradingStandbyMaxLagSecs: values.TRADING_DATABASE_STANDBY_MAX_LAG_SECS,
    watchEverySecs: values.WATCH_EVERY_SECS,
    trainingDatabaseUrl: values.TRAINING_DATABASE_URL,
    runbookFile: values.RUNBOOK_FILE ?? usualRunbooks(),
    targetsFile: values.TARGETS_FILE,
    dataDir: values.DATA_DIR,
    auditChannel: values.AUDIT_CHANNEL,
    locale: values.LOCALE,
    // A terminal has its report: a log line beside it tells the same once more, in the operators' words.
    logLevel: values.LOG_LEVEL ?? (role === 'bot' ? 'info' : 'error'),
    tolerated: role === 'kill_switch' ? [...slackFaults, ...otherFaults] : slackFaults,
  };
}

/** Those where the bot runs; an installation without any of its own has the shipped ones. */
function usualRunbooks(): string {
  const here = 'runbooks/';
  return existsSync(here) ? here : join(findPackageRoot(import.meta.url), here);
}

/** Each variable is parsed alone, so that one fault hides no other and leaves the rest usable. */
function parse(env: Environment): { values: Values; faults: ConfigFault[] } {
  const given: Record<string, string | undefined> = {};
  const faults: ConfigFault[] = [];
  for (const [variable, rule] of Object.entries(ENVIRONMENT)) {
    const text = env[variable]?.trim();
    if (text === undefined || text === '') continue;
    const answer = rule.safeParse(text);
    if (answer.success) given[variable] = text;
    else {
      faults.push(...answer.error.issues.map((issue) => ({ variable, fault: faultOf(issue, text) })));
    }
  }
  return { values: schema.parse(given), faults };
}

function faultOf(issue: z.core.$ZodIssue, value: string): VariableFault {
  if (issue.code === 'invalid_value')
    return { code: 'value_unknown', facts: { value, known: issue.values.map(String) } };
  return { code: issue.message as ShapeFault, facts: {} };
}

function isSlackFault(fault: ConfigFault): boolean {
  return fault.variable.startsWith('SLACK_');
}

function missingSlackVariables(env: Environment, role: ConfigRole): ConfigFault[] {
  const isMissing = (variable: keyof typeof ENVIRONMENT) => !env[variable]?.trim();
  const bothMissing = isMissing('SLACK_APP_TOKEN') && isMissing('SLACK_SIGNING_SECRET');
  if (role !== 'bot' && bothMissing && isMissing('SLACK_BOT_TOKEN')) return [];
  const faults: ConfigFault[] = [];
  if (isMissing('SLACK_BOT_TOKEN')) {
    faults.push({ variable: 'SLACK_BOT_TOKEN', fault: { code: 'bot_token_missing', facts: {} } });
  }
  if (bothMissing) {
    const variable = 'SLACK_APP_TOKEN or SLACK_SIGNING_SECRET';
    faults.push({ variable, fault: { code: 'transport_missing', facts: {} } });
  }
  return faults;
}

/** An app token decides for Socket Mode: the signing secret then has nothing to sign. */
function slackConfig(values: Values): SlackConfig | undefined {
  const transport = slackTransport(values);
  if (values.SLACK_BOT_TOKEN === undefined || transport === undefined) return undefined;
  return { botToken: values.SLACK_BOT_TOKEN, transport, apiUrl: values.SLACK_API_URL };
}

function slackTransport(values: Values): SlackTransport | undefined {
  if (values.SLACK_APP_TOKEN) return { kind: 'socket', appToken: values.SLACK_APP_TOKEN };
  if (values.SLACK_SIGNING_SECRET) return { kind: 'http', signingSecret: values.SLACK_SIGNING_SECRET };
  return undefined;
}

/** `127.0.0.1:9464`, `[::1]:9464`. */
function listenPlace(text: string): { readonly address: string; readonly port: number } | undefined {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  const address = bracketed ?? plain ?? '';
  const port = Number(digits);
  return isIP(address) !== 0 && port <= 65_535 ? { address, port } : undefined;
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);
}

/** The language of this installation, known before the rest: its faults are told in it. */
export function readLocale(): Locale {
  try {
    return loadConfig(readEnvironment(), { role: 'kill_switch' }).locale;
  } catch {
    return 'en';
  }
}
