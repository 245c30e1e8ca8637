import type { State } from '../store/open-state.js';
import { systemClock, withTimeout } from '../time/clock.js';

const CLOSE_TIMEOUT_MS = 3_000;

/** The bot's database, opened when it is first asked for, and again after it could not be. */
export class LaterState {
  readonly #open: () => Promise<State>;
  #opening: Promise<State> | undefined;
  #isClosed = false;

  constructor(open: () => Promise<State>) {
    this.#open = open;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  async pool(): Promise<State['pool']> {
    const opening = this.#opening ?? this.#open();
    this.#opening = opening;
    opening.catch(() => {
      if (this.#opening === opening) this.#opening = undefined;
    });
    return (await opening).pool;
  }

  /** @param last what may still need it; neither that nor the closing itself is waited for for long */
  async closeAfter(last: Promise<unknown>): Promise<void> {
    this.#isClosed = true;
    await withTimeout(systemClock, CLOSE_TIMEOUT_MS, last);
    const closed = this.#opening?.then(
      (open) => open.close(),
      () => undefined,
    );
    await withTimeout(systemClock, CLOSE_TIMEOUT_MS, closed ?? Promise.resolve());
  }
}
