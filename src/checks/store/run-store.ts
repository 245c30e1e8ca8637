import { z } from 'zod';
import type { CheckRun } from '../../domain/check-run.js';
import type { Queryable } from '../../store/queryable.js';
import type { CheckRunSummary } from './check-runs.js';
import {
  type CheckRunPageRequest,
  insertCheckRun,
  type PassedWindowRow,
  type PassedWindowsRequest,
  type RunSubject,
  selectCheckRun,
  selectCheckRunPage,
  selectLatestCheckRun,
  selectLatestOfKinds,
  selectPassedWindows,
  selectRunPlace,
} from './check-runs.js';

export type { CheckRunPageRequest, CheckRunSummary, RunSubject };

/** Every run with its evidence, for every replica. */
export interface RunStore {
  /** Storing the same run twice changes nothing. */
  save(run: CheckRun): Promise<void>;
  /** Undefined for an id that does not exist or is no id at all. */
  get(runId: string): Promise<CheckRun | undefined>;
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

export function createRunStore(database: Queryable): RunStore {
  return {
    save: (run) => insertCheckRun(database, run),
    get: async (runId) => (z.uuid().safeParse(runId).success ? selectCheckRun(database, runId) : undefined),
    placeOf: async (runId) =>
      z.uuid().safeParse(runId).success ? selectRunPlace(database, runId) : undefined,
    latest: (subject) => selectLatestCheckRun(database, subject),
    latestOfKinds: (subject) => selectLatestOfKinds(database, subject),
    passedWindows: (request) => selectPassedWindows(database, request),
    page: (request) => selectCheckRunPage(database, request),
  };
}
