import type { SocketModeReceiver } from '@slack/bolt';
import type { Logger } from '../telemetry/logger.js';
import type { Clock } from '../time/clock.js';
import { classifyFailure } from './failure.js';

type SocketClient = Pick<SocketModeReceiver['client'], 'start' | 'disconnect' | 'once'>;

interface SocketConnectionOptions {
  readonly client: SocketClient;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The first repetition comes at once: until then clicks are lost. */
const BACKOFF_MS = [0, 250, 1_000, 2_000, 5_000, 10_000, 20_000];
/** No `hello` by then: the socket is given up. */
const HELLO_TIMEOUT_MS = 20_000;
const CLOSE_TIMEOUT_MS = 2_000;

/**
 * Keeps one Socket Mode connection up. The client's own reconnecting waits 5 s each time and ends the process with
 * an unhandled rejection when `apps.connections.open` is refused; so it is off, and this loop connects again for as
 * long as the bot runs, also after a token was refused (it may be put right).
 */
export class SocketConnection {
  readonly #options: SocketConnectionOptions;
  readonly #stop = new AbortController();
  #isConnected = false;
  #lastFailure: string | undefined;

  constructor(options: SocketConnectionOptions) {
    this.#options = options;
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** Slack's code of the last refusal, while there is no connection. */
  get lastFailure(): string | undefined {
    return this.#lastFailure;
  }

  /** Resolves when the first attempt has succeeded or failed; the loop goes on in the background. */
  async start(): Promise<void> {
    let firstAttempt: () => void = () => undefined;
    const tried = new Promise<void>((resolve) => {
      firstAttempt = resolve;
    });
    void this.#keepConnected(firstAttempt);
    await tried;
  }

  /** Ends the connection; work that has begun goes on. */
  async stop(): Promise<void> {
    const { client, clock } = this.#options;
    this.#stop.abort();
    const timer = new AbortController();
    const late = clock.sleep(CLOSE_TIMEOUT_MS, timer.signal).catch(() => undefined);
    await Promise.race([client.disconnect(), late]);
    timer.abort();
    this.#isConnected = false;
  }

  async #keepConnected(afterAttempt: () => void): Promise<void> {
    const { client, clock, logger } = this.#options;
    for (let failures = 0; !this.#stop.signal.aborted; ) {
      const isConnected = await this.#connect();
      afterAttempt();
      if (isConnected) {
        failures = 0;
        await new Promise<void>((resolve) => client.once('disconnected', () => resolve()));
        this.#isConnected = false;
        logger.info('the Socket Mode connection ended');
      } else {
        failures += 1;
      }
      const waitMs = BACKOFF_MS[Math.min(failures, BACKOFF_MS.length - 1)] ?? 0;
      await clock.sleep(waitMs, this.#stop.signal).catch(() => undefined);
    }
  }

  async #connect(): Promise<boolean> {
    const { client, clock, logger } = this.#options;
    const timer = new AbortController();
    const late = clock.sleep(HELLO_TIMEOUT_MS, timer.signal).then(
      () => false,
      () => false,
    );
    try {
      const isConnected = await Promise.race([client.start().then(() => true), late]);
      if (!isConnected) {
        void client.disconnect();
        throw new Error(`Slack said no hello within ${HELLO_TIMEOUT_MS} ms.`);
      }
      this.#isConnected = true;
      this.#lastFailure = undefined;
      logger.info('connected to Slack by Socket Mode');
    } catch (error) {
      const failure = classifyFailure(error);
      this.#lastFailure = failure.kind === 'refused' ? failure.code : failure.kind;
      logger.warn({ err: error }, 'Slack cannot be reached by Socket Mode; trying again');
    }
    timer.abort();
    return this.#isConnected;
  }
}
