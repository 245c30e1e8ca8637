import type { AuditEvent } from '../domain/audit-event.js';
import { type Halt, type HaltKind, newHalt, newHostHalt } from '../domain/halt.js';
import type { Person } from '../domain/person.js';
import type { Wanted } from '../hosts/environment/wanted.js';
import { type EnvironmentWritten, type WriteWanted, writeWanted } from '../hosts/environment/write-wanted.js';
import type { Host } from '../hosts/host.js';
import type { TargetHost } from '../hosts/kinds/target-host.js';
import { enableFlag } from '../runbook/strategy-contract.js';
import type { Target } from '../runbook/targets.js';
import type { Logger } from '../telemetry/logger.js';
import { redact } from '../telemetry/redact.js';
import { type Clock, withTimeout } from '../time/clock.js';
import { type HaltRefusal, haltEvents, reasonEvent, refusedEvent, requestedEvent } from './halt-events.js';
import type { HaltStore } from './halt-queries.js';
import { HaltRecords } from './halt-records.js';
import { ASK_TIMEOUT_MS, HaltReplicas, type HaltReplicasOptions } from './halt-replicas.js';
import { type HaltRunOptions, runHalt } from './halt-run.js';
import type { HaltRecord } from './halt-schema.js';
import { type HaltHandle, LiveHalt } from './live-halt.js';
import type { OpenHaltFiles } from './open-halt-file.js';
import type { StrategyFacts } from './strategy-facts.js';
import type { TradingLook } from './trading-look.js';

interface HaltRequest {
  readonly target: Target;
  readonly kind: HaltKind;
  readonly requestedBy: Person;
  readonly reason?: string | undefined;
  /** For `previous_model`: the variables of the confirmed release, by host. */
  readonly wantedOf?: Halt['wantedOf'];
}

interface LatestHalt {
  readonly halt: Halt | undefined;
  /** The database did not say: there may be a newer one. */
  readonly isUncertain: boolean;
}

export interface KillSwitchOptions extends Pick<HaltReplicasOptions, 'claimTimeoutMs'> {
  readonly facts: StrategyFacts;
  readonly hostOf: (settings: TargetHost) => Host;
  /** Writes through the host itself unless given. */
  readonly write?: WriteWanted | undefined;
  readonly trading: TradingLook | undefined;
  readonly files: OpenHaltFiles;
  /** Resolves when the event is synced on this machine. */
  readonly journal: (event: AuditEvent) => Promise<void>;
  readonly store: HaltStore | undefined;
  /** Of a process that only looks into the database; the store's own unless given. */
  readonly latestStored?: HaltStore['latest'] | undefined;
  /** Stops the target's running release and closes its requests. */
  readonly cancelReleases?: ((halt: Halt) => Promise<Halt['cancelled']>) | undefined;
  readonly verify?: ((halt: Halt) => Promise<Halt['verification']>) | undefined;
  readonly proveStart?: HaltRunOptions['proveStart'] | undefined;
  readonly clock: Clock;
  readonly newId: () => string;
  /** Names this process among the replicas. */
  readonly owner: string;
  /** Told of each halt that begins here, before its first act. */
  readonly onBegin?: ((halt: HaltHandle) => void) | undefined;
  readonly logger: Pick<Logger, 'warn' | 'error' | 'info'>;
}

/** How long the journal and the synced states wait for the files of the hosts. */
const FIRST_WRITES_MS = 500;
/** How long releases are left alone that could not be cancelled. */
const CANCEL_AGAIN_MS = 2_000;
const SIGN_OF_LIFE_MS = 3_000;
/** A stronger request takes over from a weaker one. */
const STRENGTH: Readonly<Record<HaltKind, number>> = { previous_model: 0, disable: 1, stop: 2 };

/** The kill switch. It depends on the targets file and the hosts; everything else may be away. */
export class KillSwitch {
  readonly facts: StrategyFacts;
  readonly #o: KillSwitchOptions;
  readonly #live = new Map<string, LiveHalt>();
  readonly #records: HaltRecords;
  readonly #replicas: HaltReplicas;
  /** Taken over from another replica, whose messages nobody here shows yet. */
  readonly #takenOver: HaltHandle[] = [];

  constructor(options: KillSwitchOptions) {
    this.#o = options;
    this.#records = new HaltRecords(options);
    this.#replicas = new HaltReplicas(options, this.#records);
    this.facts = options.facts;
  }

  /** Begins before it returns. Of several requests for one target the first is carried out, the others join it. */
  start(request: HaltRequest): HaltHandle {
    const running = this.#live.get(request.target.name);
    const isOpen = running !== undefined && running.halt.endedAt === null;
    if (isOpen && STRENGTH[running.halt.kind] >= STRENGTH[request.kind]) return running.handle(true);
    if (isOpen) this.#yieldToHalt(running);
    const messages = isOpen ? running.record.messages : [];
    const live = this.#begin({ halt: this.#newHalt(request), messages }, request.target);
    if (isOpen) showInstead(running, live.handle(true));
    return live.handle(false);
  }

  /** What goes on for a target in this process. */
  running(target: string): HaltHandle | undefined {
    return this.#live.get(target)?.handle(true);
  }

  /** The newest halt of a target that anybody knows of. */
  async latest(target: string): Promise<LatestHalt> {
    const live = this.#live.get(target)?.halt;
    if (live !== undefined) return { halt: live, isUncertain: false };
    const { clock, files, store, latestStored } = this.#o;
    const asked = latestStored?.(this.facts.strategy, target) ?? store?.latest(this.facts.strategy, target);
    const stored = asked?.then(
      (halt) => ({ halt }),
      () => undefined,
    );
    const [answer, onDisk] = await Promise.all([
      withTimeout(clock, ASK_TIMEOUT_MS, stored ?? Promise.resolve(undefined)),
      files.list(),
    ]);
    const known = [...onDisk.map(({ halt }) => halt).filter((halt) => halt.target === target), answer?.halt];
    const [halt] = known
      .flatMap((one) => one ?? [])
      .sort((one, other) => (one.requestedAt < other.requestedAt ? 1 : -1));
    return { halt, isUncertain: answer === undefined };
  }

  /**
   * Says afterwards why; the newest reason stands in the report, every one in the audit trail.
   * @returns the halt with its messages; undefined: nobody knows it.
   */
  async addReason(haltId: string, reason: string, by: Person): Promise<HaltRecord | undefined> {
    const live = [...this.#live.values()].find(({ halt }) => halt.haltId === haltId);
    const known =
      live?.record ??
      (await this.#o.files.list()).find(({ halt }) => halt.haltId === haltId) ??
      (await this.#o.store?.get(haltId));
    if (known === undefined) return undefined;
    const halt = { ...known.halt, reason: redact(reason) };
    this.#record(reasonEvent(halt, by, this.#now()));
    if (live === undefined) await this.#records.write({ ...known, halt });
    else live.become(halt);
    return { ...known, halt };
  }

  /**
   * Goes on with what a process that was killed has left, on this machine and (by the database) on others.
   * @returns what goes on, and what has ended while a message does not show it yet.
   */
  async resume(targets: ReadonlyMap<string, Target>): Promise<readonly HaltHandle[]> {
    const files = await this.#o.files.abandoned();
    const abandoned = await this.#o.store?.takeAbandoned(this.facts.strategy, this.#o.owner).catch(() => []);
    const untold = await this.#o.store?.takeUnannounced(this.facts.strategy, this.#o.owner).catch(() => []);
    const stored = [...(abandoned ?? []), ...(untold ?? [])];
    const byId = new Map([...stored, ...files].map((record) => [record.halt.haltId, record]));
    const ended: HaltHandle[] = [];
    for (const record of byId.values()) {
      const target = targets.get(record.halt.target);
      const running = this.#live.get(record.halt.target);
      if (record.halt.endedAt !== null) ended.push(...this.#putAway(record));
      // One that only follows it is no reason to leave it: the replica that it follows has gone silent.
      const isFollowed = running?.signal.aborted === true && running.halt.haltId === record.halt.haltId;
      if (record.halt.endedAt === null && target !== undefined && (running === undefined || isFollowed)) {
        this.#takeOver(record, target, running);
      }
    }
    return [...this.#takenOver.splice(0), ...ended];
  }

  /** @returns what its messages do not show yet, unless this process is about to tell it anyway. */
  #putAway(record: HaltRecord): readonly HaltHandle[] {
    const own = this.#records.newest(record.halt.haltId);
    // What was read from the disk may be older by now.
    void this.#records.write(own ?? record);
    if (own !== undefined) return [];
    const live = new LiveHalt(record, (changed) => void this.#records.write(changed));
    live.ended(record.halt);
    if (record.halt.cancelAway) void this.#cancelReleases(live);
    return record.messages.every(({ isFinal }) => isFinal) ? [] : [live.handle(false)];
  }

  /** Writes down that somebody was refused. */
  refused(refusal: HaltRefusal): void {
    this.#record(refusedEvent(this.facts.strategy, refusal, this.#now()));
  }

  /** Resolves when what has ended is written down, as far as that is possible now. */
  async settled(): Promise<void> {
    await this.#records.settled();
  }

  /** A weaker halt ends where a stronger one begins: nothing may go on with it later. */
  #yieldToHalt(running: LiveHalt): void {
    running.outrank();
    const halt: Halt = { ...running.halt, state: 'not_verified', endedAt: this.#now(), cancelAway: false };
    void this.#records.write({ halt, messages: [] });
  }

  #newHalt({ target, kind, requestedBy, reason, wantedOf = {} }: HaltRequest): Halt {
    return newHalt({
      haltId: this.#o.newId(),
      strategy: this.facts.strategy,
      target: target.name,
      kind,
      wanted: kind === 'previous_model' ? {} : { [enableFlag(this.facts)]: this.facts.flag.off },
      wantedOf,
      requestedBy,
      requestedAt: this.#now(),
      reason: reason === undefined ? null : redact(reason),
      hosts: target.hosts.map(({ name }) => newHostHalt(name)),
    });
  }

  #begin(record: HaltRecord, target: Target): LiveHalt {
    const live = new LiveHalt(record, () => this.#writeDown(live));
    this.#live.set(target.name, live);
    this.#o.onBegin?.(live.handle(true));
    void this.#carryOut(live, target);
    return live;
  }

  /** The rules of the hosts are the same for every process: what is done already is not done again. */
  #takeOver(record: HaltRecord, target: Target, follower: LiveHalt | undefined): void {
    const handle = this.#begin({ ...record, halt: { ...record.halt, resumed: true } }, target).handle(false);
    this.#takenOver.push(handle);
    if (follower === undefined) return;
    showInstead(follower, handle);
  }

  async #carryOut(live: LiveHalt, target: Target): Promise<void> {
    const { clock, logger, hostOf, trading, verify, proveStart } = this.#o;
    const lived = new AbortController();
    void this.#giveSignsOfLife(live, lived.signal);
    const late = clock.sleep(FIRST_WRITES_MS, lived.signal).catch(() => undefined);
    void late.then(() => live.haveWritten());
    const noted = this.#records.note(live.record);
    const requested = requestedEvent(live.halt);
    void live.firstWrites.then(() => this.#record(requested));
    this.#writeDown(live);
    const claim = this.#replicas.claim(live);
    await null;
    // A stronger request may have come in the same moment: two may not act on the same hosts.
    if (this.#isReplaced(live, target)) return lived.abort();
    // Started before the hosts are touched and waited for by nobody.
    void this.#cancelReleases(live);
    try {
      const ended = await runHalt(live.halt, {
        target,
        hostOf,
        trading,
        clock,
        ...(verify === undefined ? {} : { verify }),
        ...(proveStart === undefined ? {} : { proveStart }),
        noted,
        onFirstWrites: () => live.haveWritten(),
        write: (host, settings, wanted, how) => this.#write(live, host, settings, wanted, how),
        mayRestart: () => claim,
        onChange: (halt) => this.#changed(live, withLaterFacts(halt, live.halt)),
        signal: live.signal,
      });
      if (live.signal.aborted) await this.#follow(live, target);
      else live.ended(withLaterFacts(ended, live.halt));
    } catch (error) {
      logger.error({ err: error, haltId: live.halt.haltId }, 'a halt failed inside the bot');
      live.ended(live.halt);
    } finally {
      lived.abort();
      if (this.#live.get(target.name) === live) this.#live.delete(target.name);
    }
  }

  /** As the first try of a host it is also what tells a process that goes on with the halt what stood there. */
  #write(
    live: LiveHalt,
    host: Host,
    settings: TargetHost,
    wanted: Wanted,
    { timeoutMs, isFirstTry }: { timeoutMs: number; isFirstTry: boolean },
  ): Promise<EnvironmentWritten> {
    const { files, write = (...words) => writeWanted(host, ...words) } = this.#o;
    const signal = live.outranked;
    if (!isFirstTry) return write(settings, wanted, { timeoutMs, signal });
    const note = files.noteBefore(live.record, settings.name);
    const written = write(settings, wanted, { timeoutMs, signal, note });
    this.#records.notesUntil(live.halt.haltId, written);
    return written;
  }

  /** So that no other replica takes it over while nothing changes. */
  async #giveSignsOfLife(live: LiveHalt, signal: AbortSignal): Promise<void> {
    for (;;) {
      await this.#o.clock.sleep(SIGN_OF_LIFE_MS, signal).catch(() => undefined);
      if (signal.aborted) return;
      this.#writeDown(live);
    }
  }

  async #follow(live: LiveHalt, target: Target): Promise<void> {
    const left = await this.#replicas.follow(live, () => this.#isReplaced(live, target));
    if (left !== undefined && !this.#isReplaced(live, target)) this.#takeOver(left, target, live);
  }

  #changed(live: LiveHalt, halt: Halt): void {
    if (live.signal.aborted) return;
    const before = live.halt;
    live.become(halt);
    const events = haltEvents(before, halt, this.#now());
    void live.firstWrites.then(() => {
      for (const event of events) this.#record(event);
    });
  }

  #record(event: Omit<AuditEvent, 'eventId'>): void {
    this.#o.journal({ ...event, eventId: this.#o.newId() }).catch((error: unknown) => {
      this.#o.logger.error(
        { err: error, kind: event.kind },
        'an event could not be written to the local journal',
      );
    });
  }

  /**
   * On this machine's disk, synced, and in the database. A crash loses nothing meanwhile: the state is noted before the
   * first act. But what is synced takes the disk from the flag: it waits until that is written, and not for long.
   */
  #writeDown(live: LiveHalt): void {
    void live.firstWrites.then(() => {
      // Given up meanwhile, it stands there as ended: written as open again, a later start would go on with it.
      if (!live.signal.aborted) void this.#records.write(live.record);
    });
  }

  #isReplaced(live: LiveHalt, target: Target): boolean {
    return this.#live.get(target.name) !== live;
  }

  /** Until it is stored, also after the halt has ended: a deploy must not go on when the database is back. */
  async #cancelReleases(live: LiveHalt): Promise<void> {
    const { cancelReleases = async () => null, clock, logger } = this.#o;
    while (!live.signal.aborted) {
      try {
        const cancelled = await cancelReleases(live.halt);
        if (cancelled !== null) this.#changed(live, { ...live.halt, cancelled, cancelAway: false });
        return;
      } catch (error) {
        logger.warn({ err: error }, 'releases could not be cancelled yet: the database of the bot is away');
      }
      if (!live.halt.cancelAway) this.#changed(live, { ...live.halt, cancelAway: true });
      await clock.sleep(CANCEL_AGAIN_MS);
    }
  }

  #now(): string {
    return new Date(this.#o.clock.now()).toISOString();
  }
}

/** Whoever watches the one sees how the other gets on, to its end. */
function showInstead(live: LiveHalt, successor: HaltHandle): void {
  successor.subscribe((halt) => live.show(halt));
  void successor.done.then((halt) => live.ended(halt));
}

/** What became known beside the run itself: it must not be overwritten by the run's next state. */
const withLaterFacts = (halt: Halt, { cancelled, cancelAway, reason }: Halt): Halt => ({
  ...halt,
  cancelled,
  cancelAway,
  reason,
});
