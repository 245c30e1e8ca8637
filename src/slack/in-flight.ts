import type { Clock } from '../time/clock.js';

/** The work that a clean shutdown waits for. */
export class InFlight {
  readonly #work = new Set<Promise<unknown>>();

  get size(): number {
    return this.#work.size;
  }

  /** Hands the promise on. It must not reject, or its rejection must be handled by the caller. */
  track<T>(work: Promise<T>): Promise<T> {
    const settled = work.then(
      () => undefined,
      () => undefined,
    );
    this.#work.add(settled);
    void settled.then(() => this.#work.delete(settled));
    return work;
  }

  /** Resolves to true when nothing is left, or to false when `timeoutMs` have passed. */
  async idle(timeoutMs: number, clock: Clock): Promise<boolean> {
    const abort = new AbortController();
    const late = clock.sleep(timeoutMs, abort.signal).then(
      () => false,
      () => false,
    );
    const done = this.#untilEmpty(() => abort.signal.aborted);
    const isIdle = await Promise.race([done, late]);
    abort.abort();
    return isIdle;
  }

  async #untilEmpty(isAborted: () => boolean): Promise<boolean> {
    // Work that ends may have begun further work.
    while (this.#work.size > 0 && !isAborted()) await Promise.all(this.#work);
    return this.#work.size === 0;
  }
}
