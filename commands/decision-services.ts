import type { Services } from '../src/app/services.js';
import type { AuditTrail } from '../src/audit/audit-trail.js';
import type { CheckService } from '../src/checks/check-service.js';
import type { Access } from '../src/release/access.js';

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

/** The warnings of a decision are acknowledged by name. */
export interface DecisionServices extends ReportServices {
  readonly access: Pick<Access, 'isMember'>;
  readonly audit: Pick<AuditTrail, 'record'>;
}
