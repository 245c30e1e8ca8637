import type { Changes } from './changes.js';

const DEFAULT_TIMEOUT_MS = 60_000;
/** Some changes emit no event (a call in the log), so it polls as well. */
const LOOK_EVERY_MS = 20;

/** Waits until `probe` holds; asked at once, and after every change. @throws Error after `timeoutMs` */
export function waitFor<T>(
  changes: Changes,
  probe: () => T | undefined | null | false,
  timeoutMs: number = DEFAULT_TIMEOUT_MS,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void) => {
      clearInterval(looking);
      clearTimeout(deadline);
      stopListening();
      settle();
    };
    const look = () => {
      try {
        const found = probe();
        if (found !== undefined && found !== null && found !== false) finish(() => resolve(found));
      } catch (error) {
        finish(() => reject(error));
      }
    };
    const looking = setInterval(look, LOOK_EVERY_MS);
    const deadline = setTimeout(() => {
      finish(() => reject(new Error(`What was waited for did not happen within ${timeoutMs} ms.`)));
    }, timeoutMs);
    const stopListening = changes.listen(() => queueMicrotask(look));
    look();
  });
}
