import type { PageEvent } from './protocol.js';

/** Everything that happens in the workspace, told to whoever listens (pages, tests). */
export interface Changes {
  emit(event: PageEvent): void;
  /** @returns a function that ends the listening. */
  listen(listener: (event: PageEvent) => void): () => void;
}

export function createChanges(): Changes {
  const listeners = new Set<(event: PageEvent) => void>();
  return {
    emit(event) {
      for (const listener of [...listeners]) listener(event);
    },
    listen(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}
