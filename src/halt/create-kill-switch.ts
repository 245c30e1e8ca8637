import { randomUUID } from 'node:crypto';
import type { Config } from '../config/config.js';
import type { AuditEvent } from '../domain/audit-event.js';
import { identifyProcess } from '../machine/process-identity.js';
import type { Platform } from '../platform/platform.js';
import { KillSwitch, type KillSwitchOptions } from './kill-switch.js';
import { createOpenHaltFiles } from './open-halt-file.js';
import { createToldFiles } from './told-files.js';
import { createTradingLook } from './trading-look.js';

type GivenParts = Pick<
  KillSwitchOptions,
  | 'facts'
  | 'write'
  | 'store'
  | 'latestStored'
  | 'cancelReleases'
  | 'verify'
  | 'proveStart'
  | 'onBegin'
  | 'owedMessages'
  | 'hostOf'
>;

interface KillSwitchParts extends GivenParts, Pick<Platform, 'clock' | 'logger' | 'trading'> {
  readonly config: Pick<Config, 'dataDir'>;
  /** Resolves when the event is safe; no act waits for it. */
  readonly keepEvent: (event: AuditEvent) => Promise<void>;
  readonly pid: number;
}

/** The kill switch over this machine's disk; the database is a guest. */
export function createKillSwitch(parts: KillSwitchParts): KillSwitch {
  const { config, facts, trading, keepEvent, pid, ...given } = parts;
  const owner = identifyProcess(pid);
  return new KillSwitch({
    ...given,
    facts,
    trading: trading === undefined ? undefined : createTradingLook(trading, facts),
    files: createOpenHaltFiles(config.dataDir, owner),
    told: createToldFiles(config.dataDir, owner),
    journal: keepEvent,
    newId: randomUUID,
    owner: `${owner}/${randomUUID()}`,
  });
}
