import { z } from 'zod';
import type { Person } from '../domain/check-run.js';
import { insertAcknowledgement } from './queries/insert-acknowledgement.js';
import { selectAcknowledgements } from './queries/select-acknowledgements.js';
import type { Queryable } from './queryable.js';

/** A warning that a person has taken upon themselves. */
export interface Acknowledgement {
  readonly runId: string;
  readonly checkId: string;
  readonly person: Person;
  /** RFC 3339. */
  readonly at: string;
}

export interface AcknowledgementStore {
  /** False where somebody has acknowledged this warning of this run before. */
  acknowledge(acknowledgement: Acknowledgement): Promise<boolean>;
  /** Every warning of a run that was acknowledged, oldest first; none for an id that is no run's. */
  acknowledgedWarnings(runId: string): Promise<readonly Acknowledgement[]>;
}

export function createAcknowledgementStore(database: Queryable): AcknowledgementStore {
  return {
    acknowledge: (acknowledgement) => insertAcknowledgement(database, acknowledgement),
    acknowledgedWarnings: async (runId) =>
      z.uuid().safeParse(runId).success ? selectAcknowledgements(database, runId) : [],
  };
}
