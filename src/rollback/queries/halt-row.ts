import { type HaltRecord, haltRecordSchema } from '../halt-schema.js';

/** A process that has been silent for so long is gone: it gives a sign of life each second or so. */
export const ABANDONED_AFTER_SECS = 10;

export interface HaltRow {
  readonly record: unknown;
}

/** @throws ZodError for a row that another version of the bot has written in another shape. */
export const parseHaltRow = ({ record }: HaltRow): HaltRecord => haltRecordSchema.parse(record);

/** The values of a row, in the order of the columns that the statements name. */
export function rowValues(record: HaltRecord, owner: string): unknown[] {
  const { haltId, strategy, target, kind, state, requestedBy, requestedAt, endedAt } = record.halt;
  return [
    haltId,
    strategy,
    target,
    kind,
    state,
    JSON.stringify(requestedBy),
    requestedAt,
    endedAt,
    owner,
    JSON.stringify(record),
  ];
}
