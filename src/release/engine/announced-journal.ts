import type { StepJournal } from './step-journal.js';

/**
 * The same journal, each entry of which is told of at once: before anything else that could hang, fail or die. Also
 * when the answer of the database was lost, because the entry may have been written.
 */
export function announcedJournal(journal: StepJournal, onChange: (releaseId: string) => void): StepJournal {
  return {
    ...journal,
    async end(held, position, end, turn) {
      try {
        await journal.end(held, position, end, turn);
      } finally {
        onChange(held.releaseId);
      }
    },
    async turn(held, turn) {
      try {
        await journal.turn(held, turn);
      } finally {
        onChange(held.releaseId);
      }
    },
  };
}
