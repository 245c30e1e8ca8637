import type { AuditKey } from '../audit/audit-key.js';
import type { AuditTrail } from '../audit/audit-trail.js';
import type { Backtests } from '../backtest/backtests.js';
import type { CheckService } from '../checks/check-service.js';
import type { AcknowledgementStore } from '../checks/store/acknowledgements.js';
import type { RunStore } from '../checks/store/run-store.js';
import type { LiveMessage } from '../conversation/subcommand.js';
import type { Doctor } from '../doctor/doctor.js';
import type { Report } from '../domain/report.js';
import type { DrillService } from '../drill/drill-service.js';
import type { EvidenceService } from '../evidence/evidence-service.js';
import type { KillSwitchServices } from '../halt/kill-switch-services.js';
import type { Messages } from '../messages/messages.js';
import type { Access } from '../release/access.js';
import type { ReleaseAnswers } from '../release/engine/release-answers.js';
import type { ReleaseService } from '../release/release-service.js';
import type { Runbook } from '../runbook/runbook.js';
import type { SelfTest } from '../selftest/self-test.js';
import type { ReleaseHistory } from '../status/release-history.js';
import type { StatusService } from '../status/status-service.js';
import type { Logger } from '../telemetry/logger.js';
import type { TrainingService } from '../training/training-service.js';
import type { WatchService } from '../watch/watch-service.js';

/** The use cases that subcommands call; `main.ts` puts them together. */
export interface Services extends KillSwitchServices {
  readonly runbook: Runbook;
  readonly audit: AuditTrail;
  /** The key that signs exports on this machine. */
  readonly auditKey: AuditKeys;
  readonly evidence: EvidenceService;
  readonly checks: CheckService;
  readonly runs: Pick<RunStore, 'get' | 'latest' | 'page' | 'placeOf'>;
  readonly releaseHistory: ReleaseHistory;
  readonly messages: Messages;
  readonly acknowledgements: AcknowledgementStore;
  readonly releases: ReleaseService;
  /** What people say to a release under way. */
  readonly answers: ReleaseAnswers;
  readonly access: Pick<Access, 'mayAct' | 'isMember'>;
  readonly status: StatusService;
  readonly doctor: Doctor;
  /** Of every strategy, the default target's first. */
  readonly selfTests: readonly SelfTest[];
  readonly trainings: TrainingService;
  readonly drills: DrillService;
  readonly backtests: Backtests;
  readonly watches: WatchService;
  /** Changes a message that stands already, from any replica. Absent in a terminal. */
  readonly changeMessage?: ChangeMessage;
  /** Posts into a channel where nobody has asked for it there. Absent in a terminal. */
  readonly postIn?: (channel: string, report: Report) => Promise<LiveMessage>;
  /** To be called when something that the Home shows has changed. Absent in a terminal. */
  readonly homeChanged?: () => void;
  /** Those of all strategies, the default target's first. */
  readonly everyStrategy: () => readonly Services[];
  readonly logger: Logger;
  readonly now: () => Date;
}

interface AuditKeys {
  /** Makes it where there is none yet. */
  open(): Promise<AuditKey>;
  known(): Promise<AuditKey | undefined>;
}

type ChangeMessage = (
  ref: { readonly channel: string; readonly ts: string },
  report: Report,
) => Promise<void>;
