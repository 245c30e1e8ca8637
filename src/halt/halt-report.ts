import { gapsOf, type Halt } from '../domain/halt.js';
import type { HaltReportOptions } from '../domain/halt-report.js';
import type { Report } from '../domain/report.js';
import type { Target } from '../runbook/targets.js';
import type { Clock } from '../time/clock.js';
import { commandsByHand } from './commands-by-hand.js';
import type { HaltMessage } from './halt-schema.js';

export interface HaltReporterOptions {
  readonly targets: ReadonlyMap<string, Target>;
  readonly view: (halt: Halt, options: Omit<HaltReportOptions, 'locale'>) => Report;
  /** The operators, as mentions. */
  readonly operators: readonly string[];
  readonly clock: Clock;
}

/** The post's own metadata, by which it is found again after a crash. */
const EVENT_TYPE = 'lobml_halt';
/** What tells the end of a halt later than that says so. */
export const LATE_AFTER_MS = 60_000;

/** What the messages about halts say. */
export class HaltReporter {
  readonly #o: HaltReporterOptions;
  readonly #since = new Map<string, Pick<Halt, 'laterRelease' | 'resolvedBy' | 'flatten'>>();

  constructor(options: HaltReporterOptions) {
    this.#o = options;
  }

  /** What has happened since a halt ended, of which its own process need not know. */
  learn({ haltId, laterRelease, resolvedBy, flatten }: Halt): void {
    if (laterRelease !== undefined || resolvedBy !== undefined || flatten !== undefined)
      this.#since.set(haltId, { laterRelease, resolvedBy, flatten });
  }

  /** One message as it reads now. */
  report(known: Halt, message: HaltMessage): Report {
    const { targets, operators, view } = this.#o;
    const since = this.#since.get(known.haltId);
    const halt = {
      ...known,
      laterRelease: known.laterRelease ?? since?.laterRelease,
      resolvedBy: since?.resolvedBy ?? known.resolvedBy,
      flatten: since?.flatten ?? known.flatten,
    };
    const target = targets.get(halt.target);
    const commands = target === undefined ? new Map() : commandsByHand(target);
    const isOver = halt.laterRelease !== undefined || halt.resolvedBy !== undefined;
    const isCalled =
      message.role === 'alarm' && !isOver && (halt.state === 'not_verified' || gapsOf(halt).length > 0);
    const call = operators.join(' ');
    const shown = view(halt, {
      commands,
      ...(isCalled ? { alarm: call } : {}),
      lateAt: this.lateAt(halt, message),
    });
    const report = message.thread === undefined ? shown : replyOf(shown.text, isCalled ? call : undefined);
    const payload = { delivery_key: deliveryKey(halt, message), halt_id: halt.haltId };
    return { ...report, metadata: { event_type: EVENT_TYPE, event_payload: payload } };
  }

  /** The moment when an end was told that had come long before. */
  lateAt({ endedAt }: Halt, { toldAt, isFinal }: HaltMessage): string | undefined {
    // A message that an earlier version has finished does not say when.
    if (endedAt === null || (isFinal === true && toldAt === undefined)) return undefined;
    const at = toldAt ?? new Date(this.#o.clock.now()).toISOString();
    return Date.parse(at) - Date.parse(endedAt) > LATE_AFTER_MS ? at : undefined;
  }
}

/** Below an alarm stands what it is about alone: the alarm tells the rest. */
const replyOf = (text: string, call: string | undefined): Report => ({
  text: call === undefined ? text : `${call} ${text}`,
  blocks: [],
});

export const deliveryKey = ({ haltId }: Halt, { key, role, channel }: HaltMessage): string =>
  key ?? `halt:${haltId}:${role}:${channel}`;
