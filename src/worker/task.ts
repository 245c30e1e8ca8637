import { z } from 'zod';

/** How a task is told to end before its time. */
export interface TaskCall {
  /** The replica ends in good order: stop at the next safe place, and leave the rest to another replica. */
  readonly stopping: AbortSignal;
  /** The replica may have been replaced already: touch nothing more, at once. */
  readonly lost: AbortSignal;
}

/** Durable work by name. It runs at least once, never twice at the same time in one queue. */
export type Task = (payload: unknown, call: TaskCall) => Promise<void>;

export const TASKS = {
  release: 'release',
  releaseDeadline: 'release_deadline',
  requestExpiry: 'request_expiry',
  message: 'message',
  drill: 'drill',
  look: 'look',
  thinRuns: 'thin_runs',
  backtest: 'backtest',
  auditHead: 'audit_head',
} as const;
export type TaskName = (typeof TASKS)[keyof typeof TASKS];

export const releasePayload = z.object({ releaseId: z.uuid() });
export const requestPayload = z.object({ requestId: z.uuid() });
