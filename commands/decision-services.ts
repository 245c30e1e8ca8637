import type { Services } from '../src/app/services.js';
import type { AuditTrail } from '../src/audit/audit-trail.js';
import type { CheckService } from '../src/checks/check-service.js';
import type { Access } from '../src/release/access.js';
import type { StatusService } from '../src/status/status-service.js';

/** What running checks and reporting on them needs. */
export interface ReportServices
  extends Pick<
    Services,
    | 'runbook'
    | 'targets'
    | 'runs'
    | 'messages'
    | 'acknowledgements'
    | 'postIn'
    | 'homeChanged'
    | 'logger'
    | 'now'
  > {
  readonly checks: Pick<CheckService, 'run'>;
}

/** A decision also asks since when the present processes run, and its warnings are acknowledged by name. */
export interface DecisionServices extends ReportServices {
  readonly status: Pick<StatusService, 'runningSince'>;
  readonly access: Pick<Access, 'isMember'>;
  readonly audit: Pick<AuditTrail, 'record'>;
}
