import { covers, type Halt, type HaltKind, newHalt, newHostHalt, turnsOff } from '../domain/halt.js';
import { type HaltRefusal, joinedEvent, reasonEvent, refusedEvent } from '../domain/halt-events.js';
import type { Person } from '../domain/person.js';
import { redact } from '../domain/secrets.js';
import { enableFlag, type StrategyContract } from '../runbook/strategy-contract.js';
import type { Target } from '../runbook/targets.js';
import type { Logger } from '../telemetry/logger.js';
import { HaltRecords, type HaltRecordsOptions } from './halt-records.js';
import { HaltReplicas, type HaltReplicasOptions } from './halt-replicas.js';
import { deliveryKey } from './halt-report.js';
import { runHalt } from './halt-run.js';
import { type HaltMessage, type HaltRecord, isTold, withoutFollowers } from './halt-schema.js';
import { venueOfHalt } from './halt-venue.js';
import { type HostActsOptions, hostActs } from './host-acts.js';
import { type CancellingOptions, keepCancelling } from './keep-cancelling.js';
import { type LatestHalt, type LatestHaltOptions, latestHalt } from './latest-halt.js';
import { type HaltHandle, LiveHalt } from './live-halt.js';
import { HaltProof, type HaltProofOptions } from './prove-halt.js';
import type { StrategyFacts } from './strategy-facts.js';
import { TerminalHalts, type TerminalHaltsOptions } from './terminal-halts.js';

interface HaltRequest {
  readonly target: Target;
  readonly kind: HaltKind;
  readonly requestedBy: Person;
  readonly reason?: string | undefined;
  /** For `previous_model`: the variables of the confirmed release, by host. */
  readonly wantedOf?: Halt['wantedOf'];
  /** For `previous_model`: SHA-256 of the models that it takes away. */
  readonly replaced?: readonly string[];
  /** For a halt that nobody asked for: what the watch saw. */
  readonly watch?: Halt['watch'];
}

export interface KillSwitchOptions
  extends HostActsOptions,
    HaltRecordsOptions,
    HaltReplicasOptions,
    HaltProofOptions,
    TerminalHaltsOptions,
    LatestHaltOptions,
    CancellingOptions {
  /** Told of each halt that begins here, before its first act. */
  readonly onBegin?: ((halt: HaltHandle) => void) | undefined;
  /** The messages of a halt that nobody here can send: whichever bot finds it tells it. */
  readonly owedMessages?: ((target: Target) => readonly HaltMessage[]) | undefined;
  readonly facts: StrategyFacts;
  readonly logger: Pick<Logger, 'warn' | 'error' | 'info'>;
}

/** A stronger request takes over from a weaker one. */
const STRENGTH: Readonly<Record<HaltKind, number>> = {
  previous_model: 0,
  stop_entries: 1,
  disable: 2,
  stop: 3,
};

/** The kill switch. It depends on the targets file and the hosts; everything else may be away. */
export class KillSwitch {
  readonly #o: KillSwitchOptions;
  readonly #live = new Map<string, LiveHalt>();
  readonly #records: HaltRecords;
  readonly #replicas: HaltReplicas;
  readonly #terminalHalts: TerminalHalts;
  /** Taken over from another replica, whose messages nobody here shows yet. */
  readonly #takenOver: HaltHandle[] = [];

  constructor(options: KillSwitchOptions) {
    this.#o = options;
    this.#records = new HaltRecords(options);
    this.#replicas = new HaltReplicas(options, this.#records);
    this.#terminalHalts = new TerminalHalts(options, this.#records);
  }

  /** Begins before it returns. Of several requests for one target the first is carried out, the others join it. */
  start(request: HaltRequest): HaltHandle {
    const running = this.#live.get(request.target.name);
    const weaker = running !== undefined && running.halt.endedAt === null ? running : undefined;
    const asked = this.#newHalt(request);
    const isStrong = weaker !== undefined && STRENGTH[weaker.halt.kind] >= STRENGTH[request.kind];
    if (isStrong && covers(weaker.halt, asked.hosts)) {
      this.#records.event(joinedEvent(weaker.halt, request.kind, request.requestedBy, this.#now()));
      return weaker.handle(true);
    }
    if (weaker !== undefined) this.#outrank(weaker);
    // One that goes on for some of the hosts alone, begun by an earlier targets file, loses none of its strength.
    const halt =
      isStrong && weaker.halt.kind !== 'previous_model'
        ? this.#newHalt({ ...request, kind: weaker.halt.kind })
        : asked;
    const owed = this.#o.owedMessages?.(request.target) ?? [];
    const named = owed.map((message) => ({ ...message, key: deliveryKey(halt, message) }));
    const record = { halt, messages: weaker?.record.messages ?? named };
    const live = this.#begin(record, request.target);
    weaker?.replaceBy(live.handle(true));
    return live.handle(false);
  }

  get strategy(): string {
    return this.#o.facts.strategy;
  }

  /** The values that end a strategy's entries and not its exits; undefined: it has none. */
  get closeOnly(): StrategyContract['halt']['closeOnly'] {
    return this.#o.facts.halt.closeOnly;
  }

  /** What goes on for a target in this process. */
  running(target: string): HaltHandle | undefined {
    return this.#live.get(target)?.handle(true);
  }

  /** The newest halt of a target that anybody knows of. */
  async latest(target: string): Promise<LatestHalt> {
    const live = this.#live.get(target)?.halt;
    return live === undefined ? latestHalt(target, this.#o) : { halt: live, isUncertain: false };
  }

  /**
   * Says afterwards why; the newest reason stands in the report, every one in the audit trail.
   * @returns the halt with its messages; undefined: nobody knows it.
   */
  async addReason(haltId: string, text: string, by: Person): Promise<HaltRecord | undefined> {
    const live = [...this.#live.values()].find(({ halt }) => halt.haltId === haltId);
    const known =
      live?.record ??
      (await this.#o.files.list()).find(({ halt }) => halt.haltId === haltId) ??
      (await this.#o.store?.get(haltId));
    if (known === undefined) return undefined;
    const halt = { ...known.halt, reason: redact(text) };
    this.#records.event(reasonEvent(halt, by, this.#now()));
    if (live === undefined) await this.#records.write({ ...known, halt });
    else if (live.isElsewhere) live.show(halt);
    else live.change({ reason: halt.reason });
    return { ...known, halt };
  }

  /**
   * Goes on with what a process that was killed has left, on this machine and (by the database) on others.
   * @returns what goes on, and what has ended while a message does not show it yet.
   */
  async resume(targets: ReadonlyMap<string, Target>): Promise<readonly HaltHandle[]> {
    const { files, store, owner, facts } = this.#o;
    const onDisk = await files.abandoned();
    const own = onDisk.filter(({ halt }) => halt.strategy === facts.strategy);
    const left = (await Promise.all(own.map((record) => this.#unlessStored(record)))).flat();
    const abandoned = await store?.takeAbandoned(facts.strategy, owner).catch(() => []);
    const untold = await store?.takeUnannounced(facts.strategy, owner).catch(() => []);
    const records = [...(abandoned ?? []), ...(untold ?? []), ...left];
    const ended: HaltHandle[] = [];
    const present = await this.#endedMeanwhile(records);
    for (const record of new Map(present.map((one) => [one.halt.haltId, one])).values()) {
      const target = targets.get(record.halt.target);
      const running = this.#live.get(record.halt.target);
      if (record.halt.endedAt !== null) ended.push(...this.#putAway(record));
      // One that only follows it is no reason to leave it: the replica that it follows has gone silent.
      const isFollowed = running?.isElsewhere === true && running.halt.haltId === record.halt.haltId;
      if (record.halt.endedAt === null && target !== undefined && (running === undefined || isFollowed)) {
        this.#takeOver(record, target, running);
      }
    }
    return [...this.#takenOver.splice(0), ...ended];
  }

  /** Halts of terminals that go on elsewhere. @returns what this process shows from now on */
  watchTerminals(targets: ReadonlyMap<string, Target>): Promise<readonly HaltHandle[]> {
    return this.#terminalHalts.look(targets);
  }

  /** A halt by its id, of whichever target and strategy; undefined: nobody knows it. */
  async known(haltId: string): Promise<Halt | undefined> {
    return (this.#records.newest(haltId) ?? (await this.#records.read(haltId)))?.halt;
  }

  /** Writes down that somebody was refused. */
  refused(refusal: HaltRefusal): void {
    this.#records.event(refusedEvent(this.#o.facts.strategy, refusal, this.#now()));
  }

  /** Resolves when what has ended is written down, as far as that is possible now. */
  settled(): Promise<void> {
    return this.#records.settled();
  }

  /**
   * What the disk or the database said may be long ago: either may have taken its time, and the database may never have
   * heard of an end. What this process or this machine's disk knows to have ended has.
   */
  async #endedMeanwhile(records: readonly HaltRecord[]): Promise<readonly HaltRecord[]> {
    if (records.every(({ halt }) => halt.endedAt !== null)) return records;
    const onDisk = await this.#o.files.list();
    return records.map((record) => {
      const { haltId, endedAt } = record.halt;
      const known = [
        this.#records.newest(haltId),
        ...onDisk.filter(({ halt }) => halt.haltId === haltId),
      ].find((one) => one?.halt.endedAt != null);
      return endedAt === null && known !== undefined ? known : record;
    });
  }

  /** Of what has ended the database says who tells it, where it knows of it: another replica may have done so. */
  async #unlessStored(record: HaltRecord): Promise<readonly HaltRecord[]> {
    const { haltId, endedAt } = record.halt;
    if (endedAt === null) return [record];
    const stored = await this.#o.store?.get(haltId).catch(() => undefined);
    if (stored === undefined || stored.halt.endedAt === null) return [record];
    const own = this.#records.newest(haltId);
    if (own === undefined) return isTold(stored) ? [{ ...record, messages: stored.messages }] : [];
    if (isTold(stored)) await this.#records.write({ ...own, messages: stored.messages });
    return [];
  }

  /** @returns what its messages do not show yet, where its end is not about to be told by this process anyway. */
  #putAway(record: HaltRecord): readonly HaltHandle[] {
    const { haltId, target } = record.halt;
    if (this.#live.get(target)?.halt.haltId === haltId) return [];
    const own = this.#records.newest(haltId);
    // What was read from the disk may be older by now.
    const newest =
      own === undefined
        ? withoutFollowers(record)
        : { ...own, halt: withWhatFollowed(own.halt, record.halt) };
    void this.#records.write(newest);
    const live = new LiveHalt(newest);
    live.haveWritten();
    this.#records.keep(live);
    live.end();
    if (own === undefined && record.halt.cancelAway) void keepCancelling(live, this.#o);
    return isTold(newest) ? [] : [live.handle(false)];
  }

  /** A weaker halt ends where a stronger one begins: nothing may go on with it later. */
  #outrank(weaker: LiveHalt): void {
    weaker.outrank();
    const halt: Halt = { ...weaker.halt, state: 'not_verified', endedAt: this.#now(), cancelAway: false };
    void this.#records.write({ halt, messages: [] });
  }

  #newHalt({ target, kind, requestedBy, reason, watch, ...previous }: HaltRequest): Halt {
    const { newId, facts } = this.#o;
    const { wantedOf = {}, replaced } = kind === 'previous_model' ? previous : {};
    const isMeant = (name: string) => kind !== 'previous_model' || Object.hasOwn(wantedOf, name);
    return newHalt({
      haltId: newId(),
      strategy: facts.strategy,
      target: target.name,
      kind,
      wanted: wantedValues(kind, facts),
      wantedOf,
      requestedBy,
      requestedAt: this.#now(),
      reason: reason === undefined ? null : redact(reason),
      hosts: target.hosts.filter(({ name }) => isMeant(name)).map(({ name }) => newHostHalt(name)),
      ...(replaced === undefined ? {} : { replaced }),
      ...(watch === undefined ? {} : { watch }),
    });
  }

  #begin(record: HaltRecord, target: Target): LiveHalt {
    const live = new LiveHalt(record);
    this.#live.set(target.name, live);
    this.#o.onBegin?.(live.handle(true));
    void this.#carryOut(live, target);
    return live;
  }

  /** The rules of the hosts are the same for every process: what is done already is not done again. */
  #takeOver(left: HaltRecord, target: Target, follower: LiveHalt | undefined): void {
    const { halt, messages } = withoutFollowers(left);
    // The targets file may name more hosts by now than when it was asked for.
    const hosts = halt.kind === 'previous_model' ? halt.hosts : withAllHosts(halt.hosts, target);
    const handle = this.#begin({ halt: { ...halt, hosts, resumed: true }, messages }, target).handle(false);
    this.#takenOver.push(handle);
    follower?.replaceBy(handle);
    this.#terminalHalts.of(halt.haltId)?.replaceBy(handle);
  }

  async #carryOut(live: LiveHalt, target: Target): Promise<void> {
    const noted = this.#records.begin(live);
    const claim = this.#replicas.claim(live);
    await null;
    // A stronger request may have come in the same moment: two may not act on the same hosts.
    if (live.isReplaced) return;
    // Started before the hosts are touched and waited for by nobody.
    void keepCancelling(live, this.#o);
    try {
      const acts = hostActs(live, target, this.#o, this.#records);
      const { clock } = this.#o;
      const namedBefore = async () => (await this.#o.store?.namedBefore?.(live.halt)) ?? [];
      const venue = venueOfHalt(live, { ...this.#o, target, namedBefore });
      const proof = new HaltProof(live, target, this.#o, venue);
      await runHalt(live, acts, proof, { noted, claim }, { clock, venue });
      if (live.isElsewhere) await this.#follow(live, target);
      else live.end();
    } catch (error) {
      this.#o.logger.error({ err: error, haltId: live.halt.haltId }, 'a halt failed inside the bot');
      live.change({ state: 'not_verified', endedAt: live.halt.endedAt ?? this.#now() });
      live.end();
    } finally {
      if (this.#live.get(target.name) === live) this.#live.delete(target.name);
    }
  }

  async #follow(live: LiveHalt, target: Target): Promise<void> {
    const left = await this.#replicas.follow(live);
    if (left !== undefined) this.#takeOver(left, target, live);
  }

  #now(): string {
    return new Date(this.#o.clock.now()).toISOString();
  }
}

/** By their full names. @throws Error for a strategy that does not offer what is asked for */
function wantedValues(kind: HaltKind, facts: StrategyFacts): Halt['wanted'] {
  if (turnsOff(kind)) return { [enableFlag(facts)]: facts.flag.off };
  if (kind === 'previous_model') return {};
  if (facts.halt.closeOnly === undefined)
    throw new Error(`${facts.strategy} has no values that end its entries alone`);
  return facts.halt.closeOnly;
}

const withAllHosts = (known: Halt['hosts'], { hosts }: Target): Halt['hosts'] => [
  ...known,
  ...hosts
    .filter(({ name }) => !known.some(({ host }) => host === name))
    .map(({ name }) => newHostHalt(name)),
];

/** What the database knows of a halt's time after its end. */
const withWhatFollowed = (own: Halt, { laterRelease, resolvedBy, flatten }: Halt): Halt => ({
  ...own,
  flatten: flatten ?? own.flatten,
  laterRelease: own.laterRelease ?? laterRelease,
  resolvedBy: resolvedBy ?? own.resolvedBy,
});
