import type { Runbook } from '../../runbook/runbook.js';
import { keepDocument } from '../../store/kept-documents.js';
import type { Queryable } from '../../store/queryable.js';

/** Keeps the text of a runbook beside the runs that it judged, once a process. A run is stored also where that fails. */
export function createRunbookKeeper(
  database: Queryable,
  { sha256, texts }: Pick<Runbook, 'sha256' | 'texts'>,
  onStoreError: (error: unknown) => void,
): () => Promise<void> {
  let isKept = false;
  return async () => {
    if (isKept) return;
    try {
      await keepDocument(database, { kind: 'runbook', sha256, files: [...texts] });
      isKept = true;
    } catch (error) {
      onStoreError(error);
    }
  };
}
