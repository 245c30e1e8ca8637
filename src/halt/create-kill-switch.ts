import { randomUUID } from 'node:crypto';
import { createLocalJournal, type LocalJournal } from '../audit/local-journal.js';
import type { Config } from '../config/config.js';
import type { AuditEvent } from '../domain/audit-event.js';
import type { Host } from '../hosts/host.js';
import { identifyProcess, isSameProcessAlive } from '../machine/process-identity.js';
import type { TargetHost } from '../runbook/targets.js';
import type { Logger } from '../telemetry/logger.js';
import { systemClock } from '../time/clock.js';
import type { TradingDatabase } from '../trading/trading-database.js';
import type { HaltStore } from './halt-queries.js';
import { KillSwitch, type KillSwitchOptions } from './kill-switch.js';
import { createOpenHaltFiles } from './open-halt-file.js';
import type { StrategyFacts } from './strategy-facts.js';
import { createTradingLook } from './trading-look.js';

interface KillSwitchParts {
  readonly config: Pick<Config, 'dataDir'>;
  readonly facts: StrategyFacts;
  readonly hostOf: (settings: TargetHost) => Host;
  readonly write?: KillSwitchOptions['write'];
  readonly trading: Pick<TradingDatabase, 'query'> | undefined;
  readonly store: HaltStore | undefined;
  readonly latestStored?: HaltStore['latest'];
  /** Resolves when the event is safe; no act waits for it. */
  readonly keepEvent: (event: AuditEvent) => Promise<void>;
  readonly cancelReleases?: KillSwitchOptions['cancelReleases'];
  readonly verify?: KillSwitchOptions['verify'];
  readonly proveStart?: KillSwitchOptions['proveStart'];
  readonly onBegin?: KillSwitchOptions['onBegin'];
  readonly pid: number;
  readonly logger: Logger;
}

/** The kill switch over this machine's disk; the database is a guest. */
export function createKillSwitch(options: KillSwitchParts): KillSwitch {
  const {
    config,
    facts,
    hostOf,
    write,
    trading,
    store,
    keepEvent,
    latestStored,
    cancelReleases,
    verify,
    proveStart,
    onBegin,
    logger,
    pid,
  } = options;
  const owner = identifyProcess(pid);
  return new KillSwitch({
    facts,
    hostOf,
    ...(write === undefined ? {} : { write }),
    trading: trading === undefined ? undefined : createTradingLook(trading, facts),
    files: createOpenHaltFiles(config.dataDir, owner),
    journal: keepEvent,
    store,
    ...(latestStored === undefined ? {} : { latestStored }),
    ...(cancelReleases === undefined ? {} : { cancelReleases }),
    ...(verify === undefined ? {} : { verify }),
    ...(proveStart === undefined ? {} : { proveStart }),
    ...(onBegin === undefined ? {} : { onBegin }),
    clock: systemClock,
    newId: randomUUID,
    owner: `${owner}/${randomUUID()}`,
    logger,
  });
}

/** The local journal of a process. */
export function openLocalJournal(
  { dataDir }: Pick<Config, 'dataDir'>,
  pid: number,
  logger: Pick<Logger, 'warn'>,
): LocalJournal {
  const onFault = (error: unknown, file: string) =>
    logger.warn({ err: error, file }, 'a file of the local journal is left as it is');
  return createLocalJournal({ dataDir, owner: identifyProcess(pid), isAlive: isSameProcessAlive, onFault });
}
