import type { LiveMessage, MessageRef, Report } from '../conversation/subcommand.js';
import { gapsOf, type Halt } from '../domain/halt.js';
import type { Locale } from '../domain/localized.js';
import type { Target } from '../runbook/targets.js';
import type { Logger } from '../telemetry/logger.js';
import type { Clock } from '../time/clock.js';
import { type CommandsByHand, commandsByHand } from './commands-by-hand.js';
import type { HaltMessage, HaltRecord } from './halt-schema.js';
import type { HaltHandle } from './live-halt.js';

export interface HaltReportOptions {
  readonly locale: Locale;
  readonly commands: ReadonlyMap<string, CommandsByHand>;
  /** The operators as mentions, where they must be called. */
  readonly alarm?: string;
}

interface HaltAnnouncerOptions {
  readonly targets: ReadonlyMap<string, Target>;
  readonly view: (halt: Halt, options: Omit<HaltReportOptions, 'locale'>) => Report;
  /** The operators, as mentions. */
  readonly operators: readonly string[];
  /** A message that moves, new or standing. Posts nothing by itself. */
  readonly open: (channel: string, ref?: MessageRef) => LiveMessage;
  /** Looks for a message whose post may or may not have arrived. */
  readonly find: (channel: string, key: string, sinceMs: number) => Promise<MessageRef | undefined>;
  /** Waited for before anything is shown: whoever makes sentences takes the thread from the first acts. Not for long. */
  readonly yieldToHalt?: () => Promise<void>;
  /** A halt has begun, has ended, or what was looked at after it is known. */
  readonly onChange?: () => void;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
}

export interface HaltAnnouncer {
  /** Shows a halt in a channel, and calls the operators where it is not verified. Waits for nothing. */
  announce(handle: HaltHandle, channel: string): void;
  /** Goes on with the messages of a halt that another process has left. */
  resume(handle: HaltHandle): void;
  /** Brings the messages of a halt that has ended up to date. */
  refresh(record: HaltRecord): void;
}

/** A fault that lasts longer calls the operators before the halt has ended. */
const ALARM_AFTER_MS = 10_000;
/** An alarm that does not stand by then is raised in the next channel as well. */
const ALARM_STANDS_WITHIN_MS = 5_000;
const ALARM_LOOK_MS = 250;
/** The post's own metadata, by which it is found again after a crash. */
const EVENT_TYPE = 'lobml_halt';

export function createHaltAnnouncer(options: HaltAnnouncerOptions): HaltAnnouncer {
  /** By the halt's id: however many messages show a halt, its operators are called once. */
  const called = new Set<string>();
  return {
    announce(handle, channel) {
      const tell = () => tellChanges(handle, options);
      if (options.yieldToHalt === undefined) tell();
      else void options.yieldToHalt().then(tell);
      const target = options.targets.get(handle.current().target);
      const place = channel || target?.channels?.reports;
      if (place !== undefined) show(handle, { role: 'report', channel: place, ts: null }, options);
      raiseAlarm(handle, options, called, place);
    },
    resume(handle) {
      tellChanges(handle, options);
      for (const message of handle.messages()) show(handle, message, options);
      if (!handle.messages().some(({ role }) => role === 'alarm')) raiseAlarm(handle, options, called);
    },
    refresh({ halt, messages }) {
      for (const message of messages) {
        const { channel, ts } = message;
        if (ts === null) continue;
        options
          .open(channel, { channel, ts })
          .finish(reportOf(halt, message, options))
          .catch((error: unknown) =>
            options.logger.warn({ err: error, channel }, 'a message stayed as it was'),
          );
      }
    },
  };
}

function tellChanges(handle: HaltHandle, { onChange }: HaltAnnouncerOptions): void {
  let told = '';
  const unsubscribe = handle.subscribe(({ haltId, state, endedAt, verification }) => {
    const present = [haltId, state, endedAt, verification?.runId].join();
    if (present !== told) onChange?.();
    told = present;
  });
  void handle.done.then(unsubscribe);
}

/** Keeps one message true until the halt has ended. */
function show(handle: HaltHandle, message: HaltMessage, options: HaltAnnouncerOptions): Promise<LiveMessage> {
  const started = open(handle, message, options);
  const note = (live: LiveMessage, isFinal = false) => {
    if (live.ref !== undefined)
      handle.noteMessage({ ...message, channel: live.ref.channel, ts: live.ref.ts, isFinal });
  };
  const keep = async () => {
    const live = await started;
    let isNoted = message.ts !== null;
    const unsubscribe = handle.subscribe((halt) => {
      live.update(reportOf(halt, message, options));
      if (isNoted || live.ref === undefined) return;
      isNoted = true;
      // Not in the listener's own turn: noting it is a change as well.
      queueMicrotask(() => note(live));
    });
    const ended = await handle.done;
    unsubscribe();
    await live.finish(reportOf(ended, message, options));
    note(live, true);
    const { ref } = live;
    if (!ended.cancelAway || ref === undefined) return;
    const forget = handle.subscribe((halt) => {
      if (halt.cancelAway) return;
      queueMicrotask(() => forget());
      options
        .open(ref.channel, ref)
        .finish(reportOf(halt, message, options))
        .catch(() => undefined);
    });
  };
  keep().catch((error: unknown) =>
    options.logger.warn({ err: error, channel: message.channel }, 'a message about a halt could not be sent'),
  );
  return started;
}

async function open(
  handle: HaltHandle,
  message: HaltMessage,
  options: HaltAnnouncerOptions,
): Promise<LiveMessage> {
  const { channel, ts } = message;
  if (ts !== null) return options.open(channel, { channel, ts });
  const halt = handle.current();
  const isNew = !handle.messages().some((known) => known.role === message.role && known.channel === channel);
  if (isNew) {
    // At once: whoever goes on with the halt of a killed process must know of it.
    handle.noteMessage(message);
    await options.yieldToHalt?.();
    return options.open(channel);
  }
  const key = deliveryKey(halt, message);
  const found = await options.find(channel, key, Date.parse(halt.requestedAt)).catch(() => undefined);
  return options.open(channel, found);
}

/** Calls the operators once, as soon as it is clear that a person must act. */
function raiseAlarm(
  handle: HaltHandle,
  options: HaltAnnouncerOptions,
  called: Set<string>,
  place?: string,
): void {
  const channels = options.targets.get(handle.current().target)?.channels;
  const places = [channels?.incidents, channels?.reports, place].flatMap((channel) => channel ?? []);
  const raise = () => {
    const { haltId } = handle.current();
    if (called.has(haltId)) return;
    called.add(haltId);
    // Not in the listener's own turn: noting the message is a change as well.
    queueMicrotask(() => void callOperators(handle, [...new Set(places)], options));
  };
  let waiting: AbortController | undefined;
  const rest = () => {
    waiting?.abort();
    waiting = undefined;
  };
  const unsubscribe = handle.subscribe((halt) => {
    if (halt.state === 'not_verified' || halt.entryWatch.state === 'entries') raise();
    if (!halt.hosts.some(({ fault }) => fault !== null)) rest();
    else if (waiting === undefined) {
      // A host that is dead changes nothing any more: the time itself calls.
      waiting = new AbortController();
      options.clock.sleep(ALARM_AFTER_MS, waiting.signal).then(raise, () => undefined);
    }
  });
  void handle.done.then(() => {
    unsubscribe();
    rest();
  });
}

/** In the first channel that takes it. */
async function callOperators(
  handle: HaltHandle,
  channels: readonly string[],
  options: HaltAnnouncerOptions,
): Promise<void> {
  for (const channel of channels) {
    const live = await show(handle, { role: 'alarm', channel, ts: null }, options).catch(() => undefined);
    const until = options.clock.monotonic() + ALARM_STANDS_WITHIN_MS;
    while (live !== undefined && live.ref === undefined && options.clock.monotonic() < until) {
      await options.clock.sleep(ALARM_LOOK_MS);
    }
    if (live?.ref !== undefined) return;
  }
  const { haltId } = handle.current();
  options.logger.warn({ haltId }, 'no channel took the alarm about a halt');
}

function reportOf(halt: Halt, message: HaltMessage, options: HaltAnnouncerOptions): Report {
  const target = options.targets.get(halt.target);
  const commands = target === undefined ? new Map() : commandsByHand(target);
  const isOver = halt.laterRelease !== undefined;
  const isCalled =
    message.role === 'alarm' && !isOver && (halt.state === 'not_verified' || gapsOf(halt).length > 0);
  const report = options.view(halt, {
    commands,
    ...(isCalled ? { alarm: options.operators.join(' ') } : {}),
  });
  const payload = { delivery_key: deliveryKey(halt, message), halt_id: halt.haltId };
  return { ...report, metadata: { event_type: EVENT_TYPE, event_payload: payload } };
}

const deliveryKey = ({ haltId }: Halt, { role, channel }: HaltMessage): string =>
  `halt:${haltId}:${role}:${channel}`;
