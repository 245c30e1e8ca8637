import type { CheckRun } from '../domain/check-run.js';

export interface StoreRun {
  /** @throws when the run cannot be stored. */
  readonly saveRun: (run: CheckRun) => Promise<void>;
  readonly onStoreError: (error: unknown) => void;
}

/** @returns false where the bot's database did not take it; the run itself is as good. */
export async function storeRun(run: CheckRun, { saveRun, onStoreError }: StoreRun): Promise<boolean> {
  try {
    await saveRun(run);
    return true;
  } catch (error) {
    onStoreError(error);
    return false;
  }
}
