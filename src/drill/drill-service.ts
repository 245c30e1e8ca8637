import { UserError } from '../conversation/errors.js';
import { changePart, type Drill, type DrillPart, type DrillPartName, plannedParts } from '../domain/drill.js';
import type { Person } from '../domain/person.js';
import type { ReleaseRefusal } from '../domain/release-refusal.js';
import type { KillSwitch } from '../halt/kill-switch.js';
import type { HaltHandle } from '../halt/live-halt.js';
import type { SubjectChanged } from '../messages/subject.js';
import type { Platform } from '../platform/platform.js';
import type { ReleaseService } from '../release/release-service.js';
import type { Runbook } from '../runbook/runbook.js';
import type { Target } from '../runbook/targets.js';
import type { StatusService } from '../status/status-service.js';
import type { Queryable } from '../store/queryable.js';
import { begunEvent, type DrillEvent, endedEvent, refusedEvent, seenEvent } from './drill-events.js';
import { lookAtDrill } from './drill-jobs.js';
import {
  insertDrill,
  keepDrillAlive,
  lockLiveDrill,
  selectDrill,
  selectDrills,
  selectLiveDrillIds,
  updateDrill,
} from './drill-store.js';
import { followHalt } from './halt-for-drill.js';
import { type RehearsalOptions, rehearse } from './rehearse.js';
import { settled } from './settle-drill.js';
import { askForWayBack } from './way-back.js';
import { isOnEverywhere } from './what-runs.js';

interface DrillWish {
  readonly target: Target;
  readonly by: Person;
  /** In the words of who asks: of the halt, and of the release that turns it on again. */
  readonly reasons: { readonly halt: string; readonly back: string };
  /** Told of the halt of a real drill as it begins. */
  readonly onHalt?: ((handle: HaltHandle) => void) | undefined;
}

type DrillAnswer =
  | {
      readonly kind: 'begun';
      readonly drill: Drill;
      /** Resolves when this process has done its own part of it. Never rejects. */
      readonly acted: Promise<void>;
    }
  /** The way back could not be asked for: the target would stay off. */
  | { readonly kind: 'refused'; readonly refusal: ReleaseRefusal };

export interface DrillService {
  /** @throws UserError where a drill, a release or a halt goes on, or nothing is on that could be turned off */
  begin(wish: DrillWish): Promise<DrillAnswer>;
  get(drillId: string): Promise<Drill | undefined>;
  /** Newest first. */
  latest(target: string, limit?: number): Promise<readonly Drill[]>;
  /** The last good ones of its kind before it. */
  before(drill: Drill): Promise<readonly Drill[]>;
  /** False where somebody has seen it, or the drill has ended. */
  see(drillId: string, by: Person): Promise<boolean>;
  /** Watches what the process that began it does, to the end of that. @throws Error for a drill that does not exist */
  follow(drillId: string, onChange: (drill: Drill) => Promise<void>): Promise<Drill>;
  /** Looks what has become of what a drill waits for. @returns the drill; undefined: it does not exist */
  settle(drillId: string): Promise<Drill | undefined>;
}

export interface DrillServiceOptions extends RehearsalOptions {
  readonly runbook: Runbook;
  readonly database: Platform['database'];
  readonly killSwitch: Pick<KillSwitch, 'start' | 'running'>;
  readonly releases: Pick<ReleaseService, 'plan' | 'request' | 'obstacle' | 'live' | 'underWay'>;
  readonly status: StatusService;
  readonly subjectChanged: SubjectChanged;
  readonly record: (event: DrillEvent) => Promise<void>;
  readonly newId: () => string;
  readonly logger: Platform['logger'];
}

/** How often the process of a drill says that it lives. */
const RENEW_MS = 3_000;
/** How often a terminal looks. */
const FOLLOW_MS = 300;
/** With how many a drill is compared. */
const COMPARED = 10;

export function createDrillService(options: DrillServiceOptions): DrillService {
  const { database, runbook, record, now } = options;
  const { strategy } = runbook;
  const at = () => now().toISOString();

  const refuse = async (target: Target, by: Person, because: string): Promise<void> =>
    record(refusedEvent({ strategy, target: target.name, requestedBy: by }, because, at()));

  const drills: DrillService = {
    async begin(wish) {
      const { target, by } = wish;
      // One whose process is gone must not keep others waiting for the job that finds it.
      for (const id of await selectLiveDrillIds(database, strategy)) await drills.settle(id);
      const obstacle = target.drill === 'real' ? await whyNotReal(wish, options) : undefined;
      if (obstacle !== undefined) {
        await refuse(target, by, obstacle.code);
        if (obstacle instanceof UserError) throw obstacle;
        return { kind: 'refused', refusal: obstacle };
      }
      const drill = await insert(target, by, options);
      if (drill === undefined) {
        await refuse(target, by, 'drill_goes_on');
        const [present] = await selectDrills(database, { strategy, target: target.name }, { limit: 1 });
        throw new UserError('drill_goes_on', { target: target.name, who: present?.requestedBy.name ?? '' });
      }
      return { kind: 'begun', drill, acted: act(drill, wish, options) };
    },
    get: (drillId) => selectDrill(database, drillId),
    latest: (target, limit = COMPARED) => selectDrills(database, { strategy, target }, { limit }),
    async before({ drillId, target, kind }) {
      const known = await selectDrills(
        database,
        { strategy, target },
        { limit: COMPARED + 1, kind, isGood: true },
      );
      return known.filter((one) => one.drillId !== drillId).slice(0, COMPARED);
    },
    async see(drillId, by) {
      const seen = await changeDrill(options, drillId, async (drill, { passedMs }) => {
        if (drill.seenBy !== null) return undefined;
        const parts = changePart(drill.parts, 'alarm', { state: 'good', ms: passedMs, because: null });
        return { ...drill, seenBy: by, parts };
      });
      if (seen === undefined) return false;
      await record(seenEvent(seen, by, at()));
      await drills.settle(drillId);
      return true;
    },
    async follow(drillId, onChange) {
      for (let shown = ''; ; ) {
        const drill = await drills.settle(drillId);
        if (drill === undefined) throw new Error(`there is no drill ${drillId}`);
        if (drill.state !== 'acting') return drill;
        if (JSON.stringify(drill) !== shown) await onChange(drill);
        shown = JSON.stringify(drill);
        await options.clock.sleep(FOLLOW_MS);
      }
    },
    async settle(drillId) {
      const ended = await changeDrill(options, drillId, (drill, passed, client) =>
        settled(drill, passed, client),
      );
      if (ended?.state === 'good' || ended?.state === 'failed' || ended?.state === 'broken_off')
        await record(endedEvent(ended, at()));
      return ended ?? (await selectDrill(database, drillId));
    },
  };
  return drills;
}

/** A halt that proves nothing, or that nothing leads back from, is not begun. */
async function whyNotReal(
  { target, by }: DrillWish,
  { killSwitch, releases, status }: DrillServiceOptions,
): Promise<
  UserError<'drill_during_halt' | 'drill_during_release' | 'drill_is_off'> | ReleaseRefusal | undefined
> {
  const facts = { target: target.name };
  if (killSwitch.running(target.name) !== undefined) return new UserError('drill_during_halt', facts);
  const [waiting, underWay] = await Promise.all([releases.live(target.name), releases.underWay(target.name)]);
  if (waiting !== undefined || underWay !== undefined) return new UserError('drill_during_release', facts);
  if (!isOnEverywhere((await status.gather(target)).hosts)) return new UserError('drill_is_off', facts);
  return releases.obstacle(target, by, 'ordinary');
}

async function insert(
  target: Target,
  by: Person,
  { database, runbook, subjectChanged, newId, record, now }: DrillServiceOptions,
): Promise<Drill | undefined> {
  const parts = plannedParts({
    kind: target.drill,
    hasChannels: target.channels !== undefined,
    hasVenue: target.venue !== undefined,
  });
  const wanted = {
    drillId: newId(),
    strategy: runbook.strategy,
    target: target.name,
    kind: target.drill,
    requestedBy: by,
    parts,
  };
  const isOnly = await database.transactWithJobs(async (client) => {
    if (!(await insertDrill(client, wanted))) return false;
    await subjectChanged(client, `drill:${wanted.drillId}`);
    await lookAtDrill(client, wanted.drillId);
    return true;
  });
  const drill = isOnly ? await selectDrill(database, wanted.drillId) : undefined;
  if (drill !== undefined) await record(begunEvent(drill, now().toISOString()));
  return drill;
}

type DrillTime = NonNullable<Awaited<ReturnType<typeof lockLiveDrill>>>['now'];

/** Changes a drill that has not ended, in one transaction with its messages. @returns it as changed; undefined: nothing was */
async function changeDrill(
  { database, subjectChanged }: Pick<DrillServiceOptions, 'database' | 'subjectChanged'>,
  drillId: string,
  change: (drill: Drill, time: DrillTime, client: Queryable) => Promise<Drill | undefined>,
): Promise<Drill | undefined> {
  return database.transact(async (client) => {
    const found = await lockLiveDrill(client, drillId);
    const next = found && (await change(found.drill, found.now, client));
    if (next === undefined || JSON.stringify(next) === JSON.stringify(found?.drill)) return undefined;
    await updateDrill(client, next);
    await subjectChanged(client, `drill:${drillId}`);
    return next;
  });
}

/** What only the process does that began it; afterwards any replica waits for the rest. */
async function act(drill: Drill, wish: DrillWish, options: DrillServiceOptions): Promise<void> {
  const { database, logger } = options;
  const { drillId } = drill;
  const over = new AbortController();
  void keepAlive(drillId, options, over.signal);
  // One after the other: a part that is noted late must not undo another.
  let noting: Promise<unknown> = Promise.resolve();
  const change = (next: (one: Drill) => Drill): Promise<unknown> => {
    noting = noting
      .then(() =>
        changeDrill(options, drillId, async (one) => (one.state === 'acting' ? next(one) : undefined)),
      )
      .catch((error: unknown) =>
        logger.warn({ err: error, drillId }, 'a part of a drill could not be noted'),
      );
    return noting;
  };
  const note = async (part: DrillPartName, noted: Partial<DrillPart>): Promise<void> => {
    await change((one) => ({ ...one, parts: changePart(one.parts, part, noted) }));
  };
  try {
    if (drill.kind === 'rehearsal') await rehearse(wish.target, options, note);
    else await haltAndReturn(wish, options, { change, note });
  } catch (error) {
    logger.error({ err: error, drillId }, 'a drill failed inside the bot');
    await change((one) => ({ ...one, parts: one.parts.map(failedInside) }));
  }
  await change((one) => ({ ...one, state: 'waiting' }));
  over.abort();
  await lookAtDrill(database, drillId).catch(() => undefined);
}

const failedInside = (part: DrillPart): DrillPart =>
  part.state === 'waiting' && part.part !== 'alarm' && part.part !== 'back'
    ? { ...part, state: 'failed', because: 'inside' }
    : part;

async function haltAndReturn(
  { target, by, reasons, onHalt }: DrillWish,
  options: DrillServiceOptions,
  {
    change,
    note,
  }: {
    readonly change: (next: (one: Drill) => Drill) => Promise<unknown>;
    readonly note: (part: DrillPartName, change: Partial<DrillPart>) => Promise<void>;
  },
): Promise<void> {
  const { killSwitch, clock } = options;
  const clickedMs = clock.monotonic();
  const handle = killSwitch.start({ target, kind: 'disable', requestedBy: by, reason: reasons.halt });
  const { haltId } = handle.current();
  onHalt?.(handle);
  void change((one) => ({ ...one, haltId }));
  const { halt, missed } = await followHalt(handle, clickedMs, { clock, note });
  for (const [part, why] of missed) await note(part, why);
  if (halt.state !== 'verified' || missed.length > 0) return note('back', { because: 'back_waits' });
  const refusals = await askForWayBack(options, target, by, reasons.back);
  await note(
    'back',
    refusals.length === 0 ? { because: 'back_waits' } : { because: 'back_refused', refusals },
  );
}

async function keepAlive(
  drillId: string,
  { database, clock }: DrillServiceOptions,
  over: AbortSignal,
): Promise<void> {
  while (!over.aborted) {
    await clock.sleep(RENEW_MS, over).catch(() => undefined);
    if (!over.aborted) await keepDrillAlive(database, drillId).catch(() => undefined);
  }
}
