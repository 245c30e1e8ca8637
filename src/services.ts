import type { CheckService } from './checks/check-service.js';
import type { Doctor } from './doctor/doctor.js';
import type { Runbook } from './runbook/runbook.js';
import type { Targets } from './runbook/targets.js';
import type { SelfTest } from './selftest/self-test.js';
import type { MessageStore } from './store/message-store.js';
import type { RunStore } from './store/run-store.js';
import type { Report } from './subcommand.js';
import type { Logger } from './telemetry/logger.js';

/** The use cases that subcommands call; `main.ts` puts them together. */
export interface Services {
  readonly runbook: Runbook;
  readonly targets: Targets;
  readonly checks: CheckService;
  readonly runs: Pick<RunStore, 'get' | 'latest' | 'page'>;
  readonly messages: MessageStore;
  readonly doctor: Doctor;
  readonly selfTest: SelfTest;
  /** Changes a message that stands already, from any replica. Absent in a terminal. */
  readonly changeMessage?: ChangeMessage;
  readonly logger: Logger;
  readonly now: () => Date;
}

export type ChangeMessage = (
  ref: { readonly channel: string; readonly ts: string },
  report: Report,
) => Promise<void>;
