import type { HostErrorCode } from '../domain/host-fault.js';
import type {
  VenueAnswerFault,
  VenueFault,
  VenueFaultCode,
  VenueOrder,
  VenuePosition,
} from '../domain/venue.js';
import { lastWords } from '../hosts/command-runner.js';
import { type CommandAnswer, type Host, HostError } from '../hosts/host.js';
import { type Clock, withTimeout } from '../time/clock.js';
import { readCancelled, readOrders, readPositions } from './read-answer.js';
import { UnreadableAnswer } from './strict-json.js';
import type { VenueSettings } from './venue-schema.js';

/** The venue gave no answer that counts. */
export class VenueError extends Error {
  override readonly name = 'VenueError';
  readonly fault: VenueFault;
  constructor(code: VenueFaultCode, detail: VenueFault['detail'], options?: ErrorOptions) {
    super(code, options);
    this.fault = { code, detail };
  }
}

/** The place where a target's orders rest, by the programs that its targets file names. Each call rejects with a VenueError. */
export interface Venue {
  /** All that rests, in the venue's own words. */
  openOrders(signal?: AbortSignal): Promise<readonly VenueOrder[]>;
  /** Cancels all of it. @returns the ids that the answer names. Left out: nobody said how. */
  readonly cancelOrders: ((signal?: AbortSignal) => Promise<readonly string[]>) | undefined;
  /** What is held. */
  readonly positions: ((signal?: AbortSignal) => Promise<readonly VenuePosition[]>) | undefined;
  /** Closes all of it. */
  readonly flatten: (() => Promise<void>) | undefined;
}

/** More is no answer: it is read in the process that answers clicks. */
const MAX_ANSWER_BYTES = 1024 * 1024;
/** A program that ignores SIGTERM is killed two seconds later; one that has left its output to others is not waited for. */
const GIVE_UP_MS = 4_000;
/** A host behind ssh is connected to first, and ends the program itself. */
const CONNECT_MS = 9_000;

/** @param host made when it is first needed: it may throw */
export function createVenue(settings: VenueSettings, host: () => Pick<Host, 'run'>, clock: Clock): Venue {
  const { openOrders, cancelOrders, positions, flatten } = settings;
  const run = async (
    { command, timeoutSecs }: { readonly command: readonly string[]; readonly timeoutSecs: number },
    signal?: AbortSignal,
  ): Promise<Uint8Array> => {
    const timeoutMs = timeoutSecs * 1_000;
    const call = { timeoutMs, maxOutputBytes: MAX_ANSWER_BYTES, signal };
    const asked = (async () => host().run(command, call))();
    const answer = await withTimeout(clock, timeoutMs + GIVE_UP_MS + CONNECT_MS, asked).catch(hostFault);
    if (answer === undefined) throw new VenueError('timeout', '');
    if (answer.exitCode !== 0) throw new VenueError('refused', saidOf(answer));
    return answer.stdout;
  };
  return {
    openOrders: async (signal) => {
      const answer = await run(openOrders, signal);
      return readable(() => readOrders(answer, openOrders));
    },
    cancelOrders:
      cancelOrders &&
      (async (signal) => {
        const answer = await run(cancelOrders, signal);
        const { cancelled, failed } = readable(() => readCancelled(answer, cancelOrders));
        if (failed > 0) throw new VenueError('not_all', String(failed));
        return cancelled;
      }),
    positions:
      positions &&
      (async (signal) => {
        const answer = await run(positions, signal);
        return readable(() => readPositions(answer, positions));
      }),
    flatten:
      flatten &&
      (async () => {
        await run(flatten);
      }),
  };
}

const CODE_OF: Partial<Record<HostErrorCode, VenueFaultCode>> = {
  timeout: 'timeout',
  too_large: 'too_large',
};

function hostFault(error: unknown): never {
  if (error instanceof HostError)
    throw new VenueError(CODE_OF[error.code] ?? 'not_answering', error.fault, { cause: error });
  throw error;
}

/** Of what a program printed on its error stream the last line; never what it printed as its answer. */
const saidOf = ({ exitCode, stderr }: CommandAnswer): VenueAnswerFault => ({
  code: 'venue_exit',
  facts: { exitCode, words: lastWords(stderr) },
});

function readable<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof UnreadableAnswer) throw new VenueError('unreadable', error.fault);
    throw error;
  }
}

/** What is wrong, as it is shown. Whatever else was thrown, there was no answer. */
export function venueFault(error: unknown): VenueFault {
  return error instanceof VenueError ? error.fault : { code: 'not_answering', detail: '' };
}
