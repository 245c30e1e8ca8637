import { type Halt, isInTrouble } from '../domain/halt.js';
import type { Report } from '../domain/report.js';
import type { HaltMessage, HaltRecord } from './halt-schema.js';
import type { HaltHandle } from './live-halt.js';
import { HaltAllTeller, type HaltAllTellerOptions } from './tell-all.js';
import { HaltTeller, type HaltTellerOptions } from './tell-halt.js';

interface HaltAnnouncerOptions extends HaltTellerOptions, HaltAllTellerOptions {
  /** A halt has begun, has ended, or what was looked at after it is known. */
  readonly onChange?: () => void;
}

export interface HaltAnnouncer {
  /** Shows a halt in a channel, and calls the operators where it is not verified. Waits for nothing. */
  announce(handle: HaltHandle, channel: string, direct?: (report: Report) => Promise<void>): void;
  /**
   * Calls the operators where it is not verified, and tells the incidents where it is; its report somebody else shows, in
   * `place`. Waits for nothing.
   */
  call(handle: HaltHandle, place: string): void;
  /**
   * Shows every halt of these in one message, and calls the operators of each where it is not verified. Where the channel
   * takes no such message each of them is told by itself. Waits for nothing.
   */
  announceAll(
    handles: readonly HaltHandle[],
    channel: string,
    direct?: (report: Report) => Promise<void>,
  ): void;
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
/** Between two places that wait for the same Slack: so long the answer of the first may take. */
const SPARE_LAG_MS = 2_500;

export function createHaltAnnouncer(options: HaltAnnouncerOptions): HaltAnnouncer {
  const teller = new HaltTeller(options);
  const allTeller = new HaltAllTeller(options);
  const parts: AlarmParts = { ...options, teller, called: new Set(), escalated: new Set() };
  const announcer: HaltAnnouncer = {
    announceAll(handles, channel, direct) {
      for (const handle of handles) if (!handle.joined) announcer.call(handle, channel);
      void allTeller.show(handles, channel).then((isOwed) => {
        if (!isOwed) for (const handle of handles) announcer.announce(handle, channel, direct);
      });
    },
    announce(handle, channel, direct) {
      const tell = () => tellChanges(handle, options);
      if (options.yieldToHalt === undefined) tell();
      else void options.yieldToHalt().then(tell);
      const target = options.targets.get(handle.current().target);
      const place = channel || target?.channels?.reports;
      if (place !== undefined)
        void teller.show(
          handle,
          { role: 'report', channel: place, ts: null },
          { direct, whenTold: whenTold(handle, parts) },
        );
      raiseAlarm(handle, parts, place);
    },
    call(handle, place) {
      tellChanges(handle, options);
      raiseAlarm(handle, parts);
      const tell = whenTold(handle, parts, place);
      void handle.done.then(tell);
    },
    resume(handle) {
      const messages = handle.messages().filter(({ all }) => all === undefined);
      const isEnded = handle.current().endedAt !== null;
      for (const message of handle.messages())
        if (message.all !== undefined) allTeller.resume(handle, message);
      if (isEnded && !messages.some((message) => teller.isDue(handle, message))) return;
      tellChanges(handle, options);
      const alarms = messages.filter(({ role, thread }) => role === 'alarm' && thread === undefined);
      const standing = alarms.filter(({ ts }) => ts !== null);
      for (const message of messages.filter((one) => standing.includes(one) || !alarms.includes(one)))
        if (teller.isDue(handle, message))
          void teller.show(handle, message, { whenTold: whenTold(handle, parts) });
      if (alarms.length === 0) raiseAlarm(handle, parts);
      else if (standing.length === 0) void callAgain(handle, alarms, parts);
      else escalateLater(handle, parts);
      // Somebody has been called: where that failed nobody waits for it, but what arrived all the same must not stay as it was.
      if (standing.length > 0)
        for (const alarm of alarms) if (alarm.ts === null) void teller.showIfPosted(handle, alarm);
    },
    refresh(record) {
      teller.refresh(record);
      for (const message of record.messages)
        if (message.all !== undefined)
          void allTeller
            .refresh(record, message)
            .catch((error: unknown) =>
              options.logger.warn({ err: error }, 'the message about every target stays as it was'),
            );
    },
  };
  return announcer;
}

interface AlarmParts extends HaltAnnouncerOptions {
  readonly teller: HaltTeller;
  /** By the halt's id: however many messages show a halt, its operators are called once. */
  readonly called: Set<string>;
  readonly escalated: Set<string>;
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

/** Calls the operators once, as soon as it is clear that a person must act. */
function raiseAlarm(handle: HaltHandle, parts: AlarmParts, place?: string): void {
  const { called, clock } = parts;
  const channels = parts.targets.get(handle.current().target)?.channels;
  const { requestedBy } = handle.current();
  const person = requestedBy.surface === 'slack' ? requestedBy.id : undefined;
  const places = [channels?.incidents, channels?.reports, place, person].flatMap((channel) => channel ?? []);
  const raise = () => {
    const { haltId } = handle.current();
    if (called.has(haltId)) return;
    called.add(haltId);
    // That of a weaker halt that this one has replaced moves with this one now.
    const isRaised = handle.messages().some(({ role, thread }) => role === 'alarm' && thread === undefined);
    if (isRaised) return escalateLater(handle, parts);
    // Not in the listener's own turn: noting the message is a change as well.
    queueMicrotask(() => void callOperators(handle, [...new Set(places)], parts));
    escalateLater(handle, parts);
  };
  let waiting: AbortController | undefined;
  const rest = () => {
    waiting?.abort();
    waiting = undefined;
  };
  const unsubscribe = handle.subscribe((halt) => {
    if (isGrave(halt)) raise();
    if (!isInTrouble(halt)) rest();
    else if (waiting === undefined) {
      // A host that is dead changes nothing any more: the time itself calls.
      waiting = new AbortController();
      clock.sleep(ALARM_AFTER_MS, waiting.signal).then(raise, () => undefined);
    }
  });
  void handle.done.then(() => {
    unsubscribe();
    rest();
  });
}

/** Somebody must act now, and not only if it lasts. */
const isGrave = ({ state, entryWatch }: Halt): boolean =>
  state === 'not_verified' || entryWatch.state === 'entries';

/**
 * There is one alarm a halt, however often a host comes and goes, and it moves with the halt. Where it becomes graver than
 * what people were called for, they are called once more, below it; what that says stays true as well.
 */
function escalateLater(handle: HaltHandle, { escalated, teller }: AlarmParts): void {
  // What is grave from the beginning stands in the alarm itself.
  if (isGrave(handle.current())) return;
  const unsubscribe = handle.subscribe((halt) => {
    const alarm = handle
      .messages()
      .find(({ role, ts, thread }) => role === 'alarm' && ts !== null && !thread);
    if (!isGrave(halt) || escalated.has(halt.haltId) || alarm === undefined || alarm.ts === null) return;
    escalated.add(halt.haltId);
    const { channel, ts } = alarm;
    const key = `halt:${halt.haltId}:call:${channel}`;
    // Not in the listener's own turn: noting the message is a change as well.
    queueMicrotask(() => {
      const call: HaltMessage = { role: 'alarm', channel, ts: null, key, thread: ts };
      if (!handle.messages().some((known) => known.key === key)) void teller.show(handle, call);
    });
  });
  void handle.done.then(() => queueMicrotask(unsubscribe));
}

/** That a target is halted stands where its incidents are told, also where nobody was called. */
function whenTold(handle: HaltHandle, { teller, targets }: AlarmParts, place?: string): () => void {
  const { haltId, target } = handle.current();
  const channel = targets.get(target)?.channels?.incidents;
  return () => {
    const ended = handle.current();
    // One that another replica has is told there.
    const isOwn = ended.haltId === haltId && ended.state === 'verified';
    const isThere = handle.messages().some((message) => message.channel === channel);
    if (channel === undefined || channel === place || !isOwn || isThere) return;
    void teller.show(handle, { role: 'report', channel, ts: null }, { isCopy: true });
  };
}

/** What no channel took when it was due. */
async function callAgain(
  handle: HaltHandle,
  alarms: readonly HaltMessage[],
  parts: AlarmParts,
): Promise<void> {
  if (!alarms.every((alarm) => parts.teller.isDue(handle, alarm))) return;
  const places = alarms.map(({ channel }) => channel);
  await callOperators(handle, places, parts);
}

/** In the first channel that takes it. */
async function callOperators(
  handle: HaltHandle,
  channels: readonly string[],
  { teller, clock, logger }: AlarmParts,
): Promise<void> {
  const stands = () =>
    handle.messages().some(({ role, ts, thread }) => role === 'alarm' && ts !== null && thread === undefined);
  for (const [rank, channel] of channels.entries()) {
    // Where Slack takes nothing at all, all of them wait: the first that it takes is the one.
    const spare = rank === 0 ? {} : { spare: { isNeeded: () => !stands(), lagMs: rank * SPARE_LAG_MS } };
    const live = await teller
      .show(handle, { role: 'alarm', channel, ts: null }, spare)
      .catch(() => undefined);
    const until = clock.monotonic() + ALARM_STANDS_WITHIN_MS;
    let isRefused = false;
    live?.settled().catch(() => {
      isRefused = true;
    });
    while (live !== undefined && live.ref === undefined && !isRefused && clock.monotonic() < until) {
      await clock.sleep(ALARM_LOOK_MS);
    }
    if (live?.ref !== undefined) return;
  }
  const { haltId } = handle.current();
  logger.warn({ haltId }, 'no channel took the alarm about a halt yet');
}
