import { z } from 'zod';
import { OUTCOMES } from '../../domain/outcome.js';
import { CONTENT_PARTS } from '../../domain/release-content.js';
import type { ReleaseRequest } from '../../domain/release-request.js';
import { REQUEST_STATES } from '../../domain/release-state.js';
import { instantSchema, personSchema } from '../check-run-schema.js';

const artefact = z
  .object({
    name: z.string(),
    sha256: z.string(),
    size: z.number(),
    metaSha256: z.string().exactOptional(),
  })
  .optional();
const variableChange = z.object({
  variable: z.string(),
  before: z.string().nullable(),
  after: z.string().nullable(),
});
const hostPlan = z.object({
  host: z.string(),
  modelPath: z.string().optional(),
  binaryPath: z.string().optional(),
  presentModelSha256: z.string(),
  presentBinarySha256: z.string(),
  layers: z.array(z.object({ path: z.string(), sha256: z.string() })),
  writtenFile: z.string(),
  changes: z.array(variableChange),
  drift: z.array(variableChange),
});

export const releasePlanSchema = z
  .object({
    strategy: z.string(),
    target: z.string(),
    reason: z.string(),
    model: artefact,
    binary: artefact,
    hosts: z.array(hostPlan),
    runbookSha256: z.string(),
    policySha256: z.string(),
  })
  // JSON has no undefined: a part that was left out is put back, so that a stored plan is the plan.
  .transform((plan) => ({
    ...plan,
    model: plan.model,
    binary: plan.binary,
    hosts: plan.hosts.map((host) => ({ ...host, modelPath: host.modelPath, binaryPath: host.binaryPath })),
  }));

const wishSchema = z
  .object({
    model: z.string().optional(),
    modelVersion: z.string().optional(),
    binary: z.string().optional(),
    settings: z.record(z.string(), z.string()),
    reason: z.string(),
  })
  .transform(({ model, modelVersion, binary, ...rest }) => ({ model, modelVersion, binary, ...rest }));

const changeSchema = z.object({
  part: z.enum(CONTENT_PARTS),
  host: z.string().exactOptional(),
  subject: z.string().exactOptional(),
  before: z.string(),
  after: z.string(),
});

const acknowledgedSchema = z.object({ subject: z.string(), by: personSchema, at: z.string() });

const evidenceSchema = z.object({
  checkRunId: z.string(),
  outcomes: z.array(z.object({ id: z.string(), outcome: z.enum(OUTCOMES) })),
});

const rowSchema = z.object({
  requestId: z.uuid(),
  strategy: z.string(),
  target: z.string(),
  kind: z.enum(['ordinary', 'break_glass']),
  state: z.enum(REQUEST_STATES),
  requestedBy: personSchema,
  requesterSlackId: z.string().nullable(),
  reason: z.string(),
  wish: wishSchema,
  plan: releasePlanSchema,
  digest: z.string(),
  checkRunId: z.uuid(),
  evidence: evidenceSchema,
  acknowledged: z.array(acknowledgedSchema),
  incidentId: z.uuid().nullable(),
  createdAt: instantSchema,
  quorumExpiresAt: instantSchema,
  startExpiresAt: instantSchema.nullable(),
  endedAt: instantSchema.nullable(),
  endedBy: personSchema.nullable(),
  endReason: z.string().nullable(),
  endChanges: z.array(changeSchema),
  reviewedBy: personSchema.nullable(),
  reviewedAt: instantSchema.nullable(),
});

export const REQUEST_COLUMNS = `request_id AS "requestId", strategy, target, kind, state,
  requested_by AS "requestedBy", requester_slack_id AS "requesterSlackId", reason, wish, plan, digest,
  check_run_id AS "checkRunId", evidence, acknowledged, incident_id AS "incidentId", created_at AS "createdAt",
  quorum_expires_at AS "quorumExpiresAt", start_expires_at AS "startExpiresAt", ended_at AS "endedAt",
  ended_by AS "endedBy", end_reason AS "endReason", end_changes AS "endChanges", reviewed_by AS "reviewedBy",
  reviewed_at AS "reviewedAt"`;

export function parseRequestRows(rows: readonly unknown[]): readonly ReleaseRequest[] {
  return z.array(rowSchema).parse(rows);
}
