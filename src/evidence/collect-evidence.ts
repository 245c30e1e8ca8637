import { z } from 'zod';
import type { AuditTrail } from '../audit/audit-trail.js';
import type { RunStore } from '../checks/store/run-store.js';
import type { StoredRun } from '../domain/check-run.js';
import type { DocumentInEvidence, Evidence } from '../domain/evidence.js';
import type { ReleaseRecord } from '../domain/release-record.js';
import type { TargetSubject } from '../domain/target-subject.js';
import { selectHalt } from '../halt/halt-queries.js';
import { selectApprovals } from '../release/store/approvals.js';
import { selectRelease } from '../release/store/releases.js';
import { selectReleaseRequest } from '../release/store/requests.js';
import { selectDocument } from '../store/kept-documents.js';
import type { Queryable } from '../store/queryable.js';
import { extractChain } from './extract-chain.js';

export interface EvidenceSources {
  readonly database: Queryable;
  readonly audit: Pick<AuditTrail, 'chain' | 'heads'>;
  readonly runs: Pick<RunStore, 'get'>;
  readonly now: () => Date;
}

/** @param id of a release or a halt, as the history shows it. @returns undefined: there is none with it */
export async function collectEvidence(sources: EvidenceSources, id: string): Promise<Evidence | undefined> {
  if (!z.uuid().safeParse(id).success) return undefined;
  return (await ofRelease(sources, id)) ?? (await ofHalt(sources, id));
}

async function ofRelease(sources: EvidenceSources, id: string): Promise<Evidence | undefined> {
  const { database } = sources;
  const release = await selectRelease(database, id);
  const request = release && (await selectReleaseRequest(database, release.requestId));
  if (release === undefined || request === undefined) return undefined;
  const runIds = [request.checkRunId, ...runsOfSteps(release)];
  const metaSha256 = request.plan.model?.metaSha256;
  return {
    kind: 'release',
    ...subjectOf(sources, id, release),
    release,
    request,
    approvals: await selectApprovals(database, request.requestId),
    ...(await judgedBy(sources, runIds, {
      runbooks: [request.plan.runbookSha256],
      metas: metaSha256 === undefined ? [] : [metaSha256],
    })),
    chain: await extractChain(sources.audit, release.strategy, [id, request.requestId]),
  };
}

async function ofHalt(sources: EvidenceSources, id: string): Promise<Evidence | undefined> {
  const halt = (await selectHalt(sources.database, id))?.halt;
  if (halt === undefined) return undefined;
  const runIds = halt.verification === null ? [] : [halt.verification.runId];
  return {
    kind: 'halt',
    ...subjectOf(sources, id, halt),
    halt,
    ...(await judgedBy(sources, runIds, { runbooks: [], metas: [] })),
    chain: await extractChain(sources.audit, halt.strategy, [id]),
  };
}

const subjectOf = ({ now }: EvidenceSources, id: string, { strategy, target }: TargetSubject) => ({
  id,
  strategy,
  target,
  madeAt: now().toISOString(),
});

/** Steps that ran checks note the run. */
function runsOfSteps({ steps }: ReleaseRecord): readonly string[] {
  return steps.flatMap(({ before, after, problem }) =>
    [before?.['runId'], after?.['runId'], problem?.facts['runId']].flatMap((runId) =>
      typeof runId === 'string' ? [runId] : [],
    ),
  );
}

/** The runs of these ids, and the texts of the runbooks by which they judged. */
async function judgedBy(
  { database, runs }: EvidenceSources,
  runIds: readonly string[],
  { runbooks, metas }: { readonly runbooks: readonly string[]; readonly metas: readonly string[] },
) {
  const wanted = [...new Set(runIds)];
  const found: StoredRun[] = [];
  for (const runId of wanted) {
    const run = await runs.get(runId);
    if (run !== undefined) found.push(run);
  }
  found.sort((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt));
  const hashes = new Set([...runbooks, ...found.map(({ runbookSha256 }) => runbookSha256)]);
  const document = async (kind: DocumentInEvidence['kind'], sha256: string): Promise<DocumentInEvidence> => ({
    kind,
    sha256,
    kept: await selectDocument(database, kind, sha256),
  });
  return {
    runs: found,
    missingRuns: wanted.filter((runId) => !found.some((run) => run.runId === runId)),
    documents: await Promise.all([
      ...[...hashes].map((sha256) => document('runbook', sha256)),
      ...metas.map((sha256) => document('model_meta', sha256)),
    ]),
  };
}
