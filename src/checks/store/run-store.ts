import { z } from 'zod';
import type { CheckRun, CheckRunSummary, StoredRun } from '../../domain/check-run.js';
import type { Queryable } from '../../store/queryable.js';
import type { Transact } from '../../store/transaction.js';
import {
  type CheckRunPageRequest,
  insertCheckRun,
  lockTarget,
  type PassedWindowRow,
  type PassedWindowsRequest,
  type RunSubject,
  selectCheckRun,
  selectCheckRunPage,
  selectLatestCheckRun,
  selectLatestOfKinds,
  selectLiveGoes,
  selectPassedWindows,
  selectRunPlace,
} from './check-runs.js';

/** Every run with its evidence, for every replica. */
export interface RunStore {
  /** Storing the same run twice changes nothing. */
  save(run: CheckRun): Promise<void>;
  /** Undefined for an id that does not exist or is no id at all. */
  get(runId: string): Promise<StoredRun | undefined>;
  /** Where a run stands in the history; undefined as for `get`. */
  placeOf(runId: string): Promise<Pick<CheckRunSummary, 'startedAt' | 'runId'> | undefined>;
  /** The run that was started last, whatever its verdict. */
  latest(subject: RunSubject): Promise<CheckRun | undefined>;
  /** The newest run of each kind, without the checks. */
  latestOfKinds(subject: Pick<CheckRun, 'strategy' | 'target'>): Promise<readonly CheckRunSummary[]>;
  /** Windows of runs that passed, newest first: what a later window is compared with. */
  passedWindows(request: PassedWindowsRequest): Promise<readonly PassedWindowRow[]>;
  /** Newest first, without the checks; ask on with the last line as `before`. */
  page(request: CheckRunPageRequest): Promise<readonly CheckRunSummary[]>;
}

interface Revoking {
  readonly transact: Transact;
  /** Told within the transaction that stores a worse run: what shows or rests on these runs has changed. */
  readonly revoked: (client: Queryable, runIds: readonly string[]) => Promise<void>;
}

/** @param revoking undefined where nobody is told of a GO that holds no longer */
export function createRunStore(database: Queryable, revoking?: Revoking): RunStore {
  return {
    save: (run) => (revoking === undefined ? insertCheckRun(database, run) : saveAndRevoke(run, revoking)),
    get: async (runId) => (z.uuid().safeParse(runId).success ? selectCheckRun(database, runId) : undefined),
    placeOf: async (runId) =>
      z.uuid().safeParse(runId).success ? selectRunPlace(database, runId) : undefined,
    latest: (subject) => selectLatestCheckRun(database, subject),
    latestOfKinds: (subject) => selectLatestOfKinds(database, subject),
    passedWindows: (request) => selectPassedWindows(database, request),
    page: (request) => selectCheckRunPage(database, request),
  };
}

function saveAndRevoke(run: CheckRun, { transact, revoked }: Revoking): Promise<void> {
  return transact(async (client) => {
    await lockTarget(client, run);
    await insertCheckRun(client, run);
    if (run.verdict === 'GO') return;
    const goes = await selectLiveGoes(client, run);
    if (goes.length > 0) await revoked(client, goes);
  });
}
