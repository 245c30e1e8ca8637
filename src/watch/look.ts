import { z } from 'zod';
import { THE_BOT } from '../domain/audit-event.js';
import { hasSeen, THE_WATCH } from '../domain/watch.js';
import type { Watch } from '../domain/watch-record.js';
import { selectLatestTurnOff } from '../halt/halt-queries.js';
import { selectLiveReleaseId } from '../release/store/releases.js';
import type { Target } from '../runbook/targets.js';
import type { StandingWatch } from '../runbook/targets-schema.js';
import { readServerMoment } from '../store/server-moment.js';
import type { Task } from '../worker/task.js';
import { settleLook, settleRest } from './settle-look.js';
import { whyNoHalt } from './wanted-halt.js';
import { type LookingContext, policyOf } from './watch-context.js';
import { lookAt } from './watch-jobs.js';
import { clearHaltWanted, selectWatch, updateSwitch } from './watch-store.js';

const lookPayload = z.object({ subject: z.string().regex(/^look:[0-9a-f-]{36}$/) });

/** The watch that a job is about. @returns undefined: it is not known here */
export async function watchOfJob(
  { database }: Pick<LookingContext, 'database'>,
  payload: unknown,
): Promise<Watch | undefined> {
  const { subject } = lookPayload.parse(payload);
  return selectWatch(database, subject.slice('look:'.length));
}

/** One look at a target between releases, and what follows from it; the next one is arranged with its result. */
export function createLookTask(context: LookingContext): Task {
  return async (payload, { lost }) => {
    const watch = await watchOfJob(context, payload);
    const watched = watch && policyOf(context, watch.target);
    if (watch === undefined || watched === undefined) return;
    const { target, policy } = watched;
    if (!watch.isOn && !(await isOver(context, watch))) return;
    const resting = await restOf(context, target);
    if (resting !== undefined && watch.haltWanted !== null) await dropHalt(context, watch, resting);
    const isSuccess =
      resting === undefined
        ? await look(context, watch, { target, policy, lost })
        : await settleRest(context, watch.watchId, { policy, resting }).then(() => true);
    // A look that saw nothing is none that anybody may rest on.
    if (isSuccess) context.beat(target);
    context.homeChanged();
  };
}

/** @returns whether it saw anything */
async function look(
  context: LookingContext,
  watch: Watch,
  { target, policy, lost }: { target: Target; policy: StandingWatch; lost: AbortSignal },
): Promise<boolean> {
  const runs = [];
  for (const kind of policy.runs) {
    const request = { kind, target, requestedBy: THE_WATCH, watched: true, only: policy.checks } as const;
    const { run, stored } = await context.checks.run(request);
    if (!stored) throw new Error('a run of the watch could not be stored');
    runs.push(run);
  }
  // Another replica has the look now.
  lost.throwIfAborted();
  // Decided by a bot that died before it could act.
  if (watch.haltWanted !== null) {
    const { at } = await readServerMoment(context.database);
    const because = whyNoHalt(watch, policy, runs, at);
    if (because === undefined) await carryOutHalt(context, watch, target, watch.haltWanted);
    else await dropHalt(context, watch, because);
  }
  const settled = await settleLook(context, watch.watchId, { policy, runs });
  if (settled?.halt != null) await carryOutHalt(context, settled.watch, target, settled.halt);
  return hasSeen(runs);
}

/** A halt that was decided and not begun is dropped: what it rested on holds no longer. */
async function dropHalt(
  { strategy, database, record, logger }: LookingContext,
  { watchId, target, haltWanted }: Watch,
  because: string,
): Promise<void> {
  const checks = haltWanted?.troubles.map(({ id }) => id) ?? [];
  logger.warn({ target, checks, because }, 'a halt that the watch decided is not carried out');
  await clearHaltWanted(database, watchId);
  const at = (await readServerMoment(database)).at.toISOString();
  await record({
    kind: 'watch.halt_dropped',
    strategy,
    target,
    actor: THE_WATCH,
    at,
    details: { because, checks },
  });
}

/** Whether a pause is over by now: then it is on. What is off without an end has no job until somebody switches it on. */
async function isOver(context: LookingContext, { watchId, offUntil, target }: Watch): Promise<boolean> {
  if (offUntil === null) return false;
  const { strategy, database, transact, record } = context;
  const { at } = await readServerMoment(database);
  if (at < new Date(offUntil)) {
    await transact((client) => lookAt(client, watchId, new Date(offUntil)));
    return false;
  }
  await transact((client) => updateSwitch(client, watchId, { isOn: true, offUntil: null, switchedBy: null }));
  await record({
    kind: 'watch.on',
    strategy,
    target,
    actor: THE_BOT,
    at: at.toISOString(),
    details: { because: 'pause_over', offUntil },
  });
  return true;
}

/** A release looks at its target by itself; one that was halted, and was seen off on every host, does not trade. */
async function restOf(
  { database, strategy, killSwitch, isOff }: LookingContext,
  target: Target,
): Promise<NonNullable<Watch['resting']> | undefined> {
  if ((await selectLiveReleaseId(database, strategy, target.name)) !== undefined) return 'release';
  if (killSwitch.running(target.name)?.current().endedAt === null) return 'halted';
  const halted = await selectLatestTurnOff(database, strategy, target.name);
  if (halted === undefined || halted.halt.laterRelease !== undefined) return undefined;
  return (await isOff(target)) ? 'halted' : undefined;
}

/** A halt like any other, which says first that nobody asked for it. Asked for twice it is one. */
async function carryOutHalt(
  { strategy, database, killSwitch, announceHalt, record, logger }: LookingContext,
  { watchId }: Watch,
  target: Target,
  evidence: NonNullable<Watch['haltWanted']>,
): Promise<void> {
  logger.warn(
    { target: target.name, checks: evidence.troubles.map(({ id }) => id) },
    'the watch halts a target',
  );
  const handle = killSwitch.start({ target, kind: 'disable', requestedBy: THE_WATCH, watch: evidence });
  announceHalt?.(handle, target.channels?.incidents ?? '', async () => undefined);
  await clearHaltWanted(database, watchId);
  const { haltId, requestedAt } = handle.current();
  await record({
    kind: 'watch.halt_decided',
    strategy,
    target: target.name,
    actor: THE_WATCH,
    at: requestedAt,
    details: { haltId, ...evidence, troubles: evidence.troubles.map(({ id, outcome }) => ({ id, outcome })) },
  });
}
