import type { KnownGoodHost } from '../../../domain/known-good.js';
import type { ReleaseProblem } from '../../../domain/release-problem.js';
import type { Confirmation, GivenUpHost, Seen, StepRecord } from '../../../domain/release-record.js';
import type { ReleaseState, StepKind, StepState } from '../../../domain/release-state.js';
import type { Queryable } from '../../../store/queryable.js';
import type { ReleaseContext } from '../../release-context.js';
import { writeGivenUpHost } from '../../store/given-up-hosts.js';
import { insertKnownGood } from '../../store/known-good-store.js';
import { selectRelease } from '../../store/releases.js';

/** Somebody else has this release now, or it has ended: what this replica wanted to record is refused. */
export class SupersededError extends Error {
  override readonly name = 'SupersededError';
}

export interface StepEnd {
  readonly state: Extract<StepState, 'done' | 'failed' | 'unclear' | 'pending'>;
  readonly after?: Seen | undefined;
  readonly problem?: ReleaseProblem | undefined;
  /** What became of a person's word for it. */
  readonly answered?: StepRecord['answered'];
}

export interface Turn {
  readonly state?: ReleaseState;
  /** null: there is none any more. */
  readonly problem?: ReleaseProblem | null;
  readonly ended?: boolean;
  /** What became of a person's word for a release that lacks data. */
  readonly confirmation?: Confirmation;
  /** With the end of a release that proved itself: what a rollback goes back to. */
  readonly knownGood?: readonly KnownGoodHost[];
  /** Steps to add at the end; what is still pending before them is skipped. */
  readonly instead?: readonly { readonly kind: StepKind; readonly host: string }[];
}

export interface Held {
  readonly releaseId: string;
  readonly epoch: number;
  /** The states from which this holder may write. */
  readonly states: readonly ReleaseState[];
  readonly now: Date;
}

/** What the engine writes down. Every write holds only for the replica that claimed the release last. */
export function createStepJournal({
  database,
  transact,
  subjectChanged,
}: Pick<ReleaseContext, 'database' | 'transact'> & Partial<Pick<ReleaseContext, 'subjectChanged'>>) {
  /** The messages follow each entry, also when this replica dies right after it. */
  const write = <T>({ releaseId }: Held, work: (client: Queryable) => Promise<T>): Promise<T> =>
    transact(async (client) => {
      const result = await work(client);
      await subjectChanged?.(client, `release:${releaseId}`);
      return result;
    });
  const change = async (client: Queryable, held: Held, turn: Turn): Promise<void> => {
    const requestId = await writeTurn(client, held, turn);
    if (requestId !== undefined) await subjectChanged?.(client, `request:${requestId}`);
  };
  return {
    load: (releaseId: string) => selectRelease(database, releaseId),
    /** Takes the release over: earlier holders can record nothing more. */
    async claim(releaseId: string, states: readonly ReleaseState[]): Promise<number | undefined> {
      const { rows } = await database.query<{ epoch: number }>(
        `UPDATE lobml.releases SET epoch = epoch + 1
         WHERE release_id = $1 AND state = ANY($2) AND ended_at IS NULL RETURNING epoch`,
        [releaseId, states],
      );
      return rows[0]?.epoch;
    },
    /**
     * Before a step acts, in the same statement that looks whether it still may: false when the release was cancelled,
     * halted or ended since. `forward` steps are stopped by a cancellation, those that put things back are not.
     */
    begin: (held: Held, position: number, before: Seen, forward: boolean) =>
      write(held, (client) => writeStepBegin(client, held, position, before, forward)),
    end: (held: Held, position: number, end: StepEnd, turn?: Turn) =>
      write(held, async (client) => {
        await assertHeld(client, held);
        await writeStepEnd(client, held, position, end);
        if (turn !== undefined) await change(client, held, turn);
      }),
    /** A step is tried from now on: whoever waits for it counts from the first try. */
    attempt: (held: Held, position: number) =>
      write(held, async (client) => {
        await client.query(
          `UPDATE lobml.release_steps SET attempted_at = clock_timestamp()
           WHERE release_id = $1 AND position = $2 AND attempted_at IS NULL AND state IN ('pending', 'running')`,
          [held.releaseId, position],
        );
      }),
    /** Why an open step does not come to its end yet; its end takes that away again. */
    note: (held: Held, position: number, problem: ReleaseProblem) =>
      write(held, async (client) => {
        await assertHeld(client, held);
        await client.query(
          `UPDATE lobml.release_steps SET problem = $3
           WHERE release_id = $1 AND position = $2 AND state IN ('pending', 'running')`,
          [held.releaseId, position, JSON.stringify(problem)],
        );
      }),
    /** Goes on without a host. @throws SupersededError */
    giveUp: (held: Held, gone: GivenUpHost) =>
      write(held, async (client) => {
        await assertHeld(client, held);
        await writeGivenUpHost(client, held.releaseId, gone);
      }),
    /** What has become of a step's work since it ended, whoever holds the release. */
    amend: (releaseId: string, position: number, more: Seen) =>
      transact(async (client) => {
        await client.query(
          `UPDATE lobml.release_steps SET after = (COALESCE(after::jsonb, '{}') || $3::jsonb)::json
           WHERE release_id = $1 AND position = $2`,
          [releaseId, position, JSON.stringify(more)],
        );
        await subjectChanged?.(client, `release:${releaseId}`);
      }),
    /** @throws SupersededError */
    turn: (held: Held, turn: Turn) =>
      write(held, async (client) => {
        await assertHeld(client, held);
        await change(client, held, turn);
      }),
  };
}

export type StepJournal = ReturnType<typeof createStepJournal>;

async function assertHeld(client: Queryable, { releaseId, epoch, states }: Held): Promise<void> {
  const { rowCount } = await client.query(
    `SELECT 1 FROM lobml.releases
     WHERE release_id = $1 AND epoch = $2 AND state = ANY($3) AND ended_at IS NULL FOR UPDATE`,
    [releaseId, epoch, states],
  );
  if (rowCount !== 1) throw new SupersededError(`the release ${releaseId} is no longer held`);
}

/** @returns false where the step is over, the release is no longer held, or somebody wants it stopped. */
async function writeStepBegin(
  client: Queryable,
  { releaseId, epoch, states, now }: Held,
  position: number,
  before: Seen,
  forward: boolean,
): Promise<boolean> {
  const { rowCount } = await client.query(
    `UPDATE lobml.release_steps s
     SET state = 'running', attempts = attempts + 1, before = $4, started_at = COALESCE(s.started_at, $5)
     FROM (SELECT release_id FROM lobml.releases
           WHERE release_id = $1 AND epoch = $2 AND state = ANY($6) AND ended_at IS NULL
             AND ($7 = false OR cancel_requested IS NULL) FOR UPDATE) r
     WHERE s.release_id = r.release_id AND s.position = $3 AND s.state IN ('pending', 'running')`,
    [releaseId, epoch, position, JSON.stringify(before), now, states, forward],
  );
  return rowCount === 1;
}

async function writeStepEnd(
  client: Queryable,
  { releaseId, now }: Held,
  position: number,
  { state, after, problem, answered }: StepEnd,
): Promise<void> {
  const isOver = state === 'done' || state === 'failed';
  await client.query(
    `UPDATE lobml.release_steps SET state = $3, after = COALESCE($4, after), problem = $5, finished_at = $6,
       answered = COALESCE($7, answered)
     WHERE release_id = $1 AND position = $2 AND state <> 'done'`,
    [releaseId, position, state, asJson(after), asJson(problem), isOver ? now : null, asJson(answered)],
  );
}

/** null: nothing is written. */
const asJson = (value: object | null | undefined): string | null =>
  value == null ? null : JSON.stringify(value);

/** @returns the request whose release has ended with this. */
async function writeTurn(
  client: Queryable,
  { releaseId, now }: Held,
  turn: Turn,
): Promise<string | undefined> {
  const { state, problem, ended = false, instead, confirmation } = turn;
  if (instead !== undefined || ended) {
    await client.query(
      `UPDATE lobml.release_steps SET state = 'skipped'
       WHERE release_id = $1 AND state IN ('pending', 'running', 'unclear')`,
      [releaseId],
    );
  }
  if (instead !== undefined) {
    await client.query(
      `INSERT INTO lobml.release_steps (release_id, position, kind, host, state)
       SELECT $1, (SELECT max(position) FROM lobml.release_steps WHERE release_id = $1) + s.n, s.kind, s.host, 'pending'
       FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS s(kind, host, n)`,
      [releaseId, instead.map(({ kind }) => kind), instead.map(({ host }) => host)],
    );
  }
  await client.query(
    `UPDATE lobml.releases SET state = COALESCE($2, state), problem = CASE WHEN $7 THEN NULL ELSE COALESCE($3, problem) END,
       confirmation = COALESCE($6, confirmation), ended_at = CASE WHEN $4 THEN $5 ELSE ended_at END
     WHERE release_id = $1`,
    [releaseId, state ?? null, asJson(problem), ended, now, asJson(confirmation), problem === null],
  );
  if (turn.knownGood !== undefined) await insertKnownGood(client, releaseId, turn.knownGood, now);
  return ended ? closeBehind(client, releaseId, now) : undefined;
}

/** A release that has ended holds nothing any more, and neither does its request. */
async function closeBehind(client: Queryable, releaseId: string, now: Date): Promise<string | undefined> {
  await client.query(`DELETE FROM lobml.locks WHERE release_id = $1 AND kind = 'release'`, [releaseId]);
  const { rows } = await client.query<{ requestId: string }>(
    `UPDATE lobml.release_requests SET state = 'executed', ended_at = $2
     WHERE request_id = (SELECT request_id FROM lobml.releases WHERE release_id = $1) AND state = 'executing'
     RETURNING request_id AS "requestId"`,
    [releaseId, now],
  );
  return rows[0]?.requestId;
}
