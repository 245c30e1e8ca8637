import { z } from 'zod';
import type { Queryable } from '../store/queryable.js';

/** What jobs are about, by where its strategy stands. */
const TABLES = {
  run: 'lobml.check_runs WHERE run_id',
  request: 'lobml.release_requests WHERE request_id',
  release: 'lobml.releases WHERE release_id',
  training: 'lobml.trainings WHERE training_id',
  drill: 'lobml.drills WHERE drill_id',
  watch: 'lobml.watch_episodes WHERE episode_id',
  look: 'lobml.watches WHERE watch_id',
  backtest: 'lobml.backtests WHERE backtest_id',
} as const;

/** `KIND:ID`. */
type JobSubject = `${keyof typeof TABLES}:${string}`;

/** Tables by the fields that the payloads of the version before name instead of a subject. */
const formerFields = z.object({
  subject: z.string().optional(),
  releaseId: z.string().optional(),
  requestId: z.string().optional(),
  runId: z.string().optional(),
});

/** The name under which a bot that runs the strategy, and no other, takes a job. */
export const taskOfStrategy = (task: string, strategy: string): string => `${task} ${strategy}`;

/** @returns undefined: nobody knows it, so any bot may find out that there is nothing to do. */
export async function strategyOf(client: Queryable, subject: JobSubject): Promise<string | undefined> {
  const kind = subject.slice(0, subject.indexOf(':'));
  const id = subject.slice(kind.length + 1);
  if (!isKind(kind) || !z.uuid().safeParse(id).success) return undefined;
  const { rows } = await client.query<{ strategy: string }>(`SELECT strategy FROM ${TABLES[kind]} = $1`, [
    id,
  ]);
  return rows[0]?.strategy;
}

const isKind = (kind: string): kind is keyof typeof TABLES => Object.hasOwn(TABLES, kind);

export function subjectOfPayload(payload: unknown): JobSubject | undefined {
  const { subject, releaseId, requestId, runId } = formerFields.safeParse(payload).data ?? {};
  if (subject !== undefined) return subject as JobSubject;
  if (releaseId !== undefined) return `release:${releaseId}`;
  if (requestId !== undefined) return `request:${requestId}`;
  return runId === undefined ? undefined : `run:${runId}`;
}
