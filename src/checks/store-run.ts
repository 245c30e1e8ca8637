import type { CheckRun } from '../domain/check-run.js';
import type { RunRequest } from './run-request.js';

export interface StoreRun {
  /** @throws when the run cannot be stored. */
  readonly saveRun: (run: CheckRun) => Promise<void>;
  readonly onStoreError: (error: unknown) => void;
}

/** @param keptIf the verdict without which it is not stored. @returns false where the bot's database did not take it; the run itself is as good. */
export async function storeRun(
  run: CheckRun,
  { saveRun, onStoreError }: StoreRun,
  keptIf: RunRequest['keptIf'],
): Promise<boolean> {
  if (keptIf !== undefined && run.verdict !== keptIf) return false;
  try {
    await saveRun(run);
    return true;
  } catch (error) {
    onStoreError(error);
    return false;
  }
}
