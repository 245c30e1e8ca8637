import { posix } from 'node:path';
import { type DrillFacts, NO_DRILLS } from '../domain/drill.js';
import type { ConfirmedHost, ReleasedFile } from '../domain/known-good.js';
import type { PassedWindow } from '../domain/run-window.js';
import type { Host } from '../hosts/host.js';
import { readHostClock } from '../hosts/host-clock.js';
import type { TargetHost } from '../hosts/kinds/target-host.js';
import { createModelGate, type ModelGate } from '../model/model-gate.js';
import type { Runbook } from '../runbook/runbook.js';
import type { Target, Targets } from '../runbook/targets.js';
import { DatabaseFaultError } from '../store/database-fault-error.js';
import type { ServerMoment } from '../store/server-moment.js';
import { toStateDatabaseError } from '../store/state-database-error.js';
import { systemClock } from '../time/clock.js';
import { once } from '../time/once.js';
import { readSource } from '../trading/source-state.js';
import type { CheckContext, HostAccess, TradingQueries } from './context/check-context.js';
import { readHostEnvironment } from './context/host-environment.js';
import { HOST_TIMEOUT_MS } from './context/host-timeout.js';
import { createHttpGet, type HttpGet } from './context/http-get.js';
import { ProbeError } from './context/observation.js';
import { fromOneServer } from './context/one-server.js';
import type { PlannedHost, PlannedState } from './context/planned-state.js';
import { configured, readTradingClock } from './context/read-moment.js';
import { windowOnce } from './resolve-window.js';

export interface ContextOptions {
  readonly runbook: Runbook;
  readonly hostOf: (settings: TargetHost) => Host;
  /** undefined: TRADING_DATABASE_URL is not set. */
  readonly trading: TradingQueries | undefined;
  /** Whose rows stand in the same tables: all targets of the file; this run's own unless given. */
  readonly targets?: Pick<Targets, 'targets'> | undefined;
  /** The bot's clock; the rows of the trading database are looked at by that database's own. */
  readonly now: () => Date;
  /** In the place of the trading database's clock: a run about another moment. */
  readonly asOf?: (() => Promise<Date>) | undefined;
  /** The clock of the bot's own database; without it that clock is not compared. */
  readonly stateMoment?: (() => Promise<ServerMoment>) | undefined;
  /** Windows of earlier runs of a target that passed; without it the window before is the baseline. */
  readonly passedWindows?: (target: string, since: Date) => Promise<readonly PassedWindow[]>;
  /** What the last confirmed release of a target left on its hosts; without it none is known. */
  readonly lastConfirmed?: (target: string) => Promise<readonly ConfirmedHost[]>;
  /** What releases of a target brought to its hosts; without it nothing is known of any. */
  readonly releasedFiles?: (target: string) => Promise<readonly ReleasedFile[]>;
  /** The drills of a target; without it none is known. */
  readonly drillFacts?: (target: string) => Promise<DrillFacts>;
  readonly sleep?: CheckContext['sleep'];
  /** One that others use too remembers what they have asked; its own unless given. */
  readonly modelGate?: ModelGate;
  /** In the place of the network. */
  readonly httpGet?: HttpGet;
}

const SOURCE_TIMEOUT_MS = 5_000;

/** What the probes of a run share, for each run anew; what a run asks of a host it asks once. */
export function createContexts(options: ContextOptions) {
  const { runbook, now, hostOf } = options;
  const {
    modelGate = createModelGate({ now }),
    httpGet = createHttpGet(),
    sleep = systemClock.sleep,
  } = options;
  return (target: Target, planned?: PlannedState, halted?: Date): CheckContext => {
    const trading = options.trading && fromOneServer(options.trading);
    const hosts = target.hosts.map((settings) =>
      accessTo(hostOf(settings), settings, now, planned?.get(settings.name)),
    );
    const tradingClock = once(() => readTradingClock({ trading, now }, options.asOf));
    const asOf = async () => (await tradingClock()).moment.at;
    const passedWindows = async (since: Date) => options.passedWindows?.(target.name, since) ?? [];
    const confirmed = onceOfState(async () => options.lastConfirmed?.(target.name) ?? []);
    const released = onceOfState(async () => options.releasedFiles?.(target.name) ?? []);
    const drills = onceOfState(async () => options.drillFacts?.(target.name) ?? NO_DRILLS);
    return {
      runbook,
      target,
      hosts,
      trading,
      source: once(async () => readSource(configured(trading), { timeoutMs: SOURCE_TIMEOUT_MS })),
      modelGate,
      httpGet,
      runParameters: runParametersOf(runbook, target, [...(options.targets?.targets.values() ?? [target])]),
      asOf,
      tradingClock,
      stateMoment: options.stateMoment,
      window: windowOnce({ hosts, settings: runbook.window, tradingClock, now, passedWindows, halted }),
      confirmed: async (name) => (await confirmed()).find(({ host }) => host === name),
      releasedFiles: async (name) =>
        new Map(
          (await released()).flatMap(({ host, path, sha256s }) =>
            host === name ? [[posix.normalize(path), sha256s]] : [],
          ),
        ),
      drills,
      now,
      sleep,
      shared: new Map(),
    };
  };
}

/** What the bot itself has noted: a known fault of its database is one of the checks' reasons. */
const onceOfState = <T>(ask: () => Promise<T>): (() => Promise<T>) =>
  once(async () => {
    try {
      return await ask();
    } catch (error) {
      const known = toStateDatabaseError(error);
      if (!(known instanceof DatabaseFaultError && known.database === 'state')) throw error;
      const facts = { ...known.facts, code: known.code };
      throw new ProbeError({ code: 'state_database_error', facts }, known.message);
    }
  });

/** Which rows of the shared tables are this target's, and which are another's: all others belong to nobody. */
function runParametersOf(
  { agentId }: Pick<Runbook, 'agentId'>,
  { accountId, dryRun }: Target,
  all: readonly Target[],
): CheckContext['runParameters'] {
  const named = all.map((target) => ({ account: target.accountId ?? '', dryRun: target.dryRun }));
  const namedRows = named.map((rows) => `${rows.account} ${rows.dryRun}`);
  return {
    agentId,
    accountId: accountId ?? null,
    dryRun,
    namedRows,
    namedAccounts: named.map(({ account }) => account),
    rowsUntil: null,
  };
}

function accessTo(
  host: Host,
  settings: TargetHost,
  now: () => Date,
  planned: PlannedHost | undefined,
): HostAccess {
  const bounded = () => ({
    timeoutMs: HOST_TIMEOUT_MS,
    signal: AbortSignal.timeout(HOST_TIMEOUT_MS),
  });
  const status = once(() => host.service.status(bounded()));
  const clock = once(() => readHostClock(host, () => now().getTime(), bounded));
  if (planned !== undefined) {
    return { host, settings, planned, status, clock, environment: async () => planned.environment };
  }
  const environment = once(() => readHostEnvironment(host, settings, bounded()));
  return { host, settings, status, clock, environment };
}
