import { THE_BOT } from '../domain/audit-event.js';
import { silentEpisode } from '../domain/watch-episode.js';
import type { Watch } from '../domain/watch-record.js';
import { silentSince } from '../domain/watch-silence.js';
import { readServerMoment } from '../store/server-moment.js';
import type { Logger } from '../telemetry/logger.js';
import type { Clock } from '../time/clock.js';
import { keepEpisode, selectNewestEpisode } from './episode-store.js';
import { policyOf, type WatchContext } from './watch-context.js';
import { hasLook, hasThinning, lookAt, thinAfter } from './watch-jobs.js';
import { ensureWatch, selectWatch } from './watch-store.js';

interface GuardOptions extends WatchContext {
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
  readonly everyMs?: number;
}

interface WatchGuard {
  stop(): Promise<void>;
}

const EVERY_MS = 10_000;
/** What was due while no bot ran is looked at first. */
const GRACE_MS = 45_000;
/** The first thinning of a new watch, and the one after each bot's start. */
const THIN_AFTER_MS = 60_000;

/**
 * In each replica: every target that is to be watched has its next look, and one that is overdue is told, whichever
 * replica should have looked.
 */
export function startWatchGuard(options: GuardOptions): WatchGuard {
  const { clock, logger, targets, everyMs = EVERY_MS } = options;
  const stopping = new AbortController();
  const startedMs = clock.monotonic();
  const guarding = (async () => {
    while (!stopping.signal.aborted) {
      const isSettledIn = clock.monotonic() - startedMs > GRACE_MS;
      for (const name of targets.targets.keys()) {
        await guard(options, name, isSettledIn).catch((error: unknown) =>
          logger.warn({ err: error, target: name }, 'the watch of a target could not be looked after'),
        );
      }
      await clock.sleep(everyMs, stopping.signal).catch(() => undefined);
    }
  })();
  return {
    async stop() {
      stopping.abort();
      await guarding;
    },
  };
}

/** @param isSettledIn whether this process has run for long enough to say that others do not */
export async function guard(
  context: Omit<GuardOptions, 'clock'>,
  target: string,
  isSettledIn: boolean,
): Promise<void> {
  const { strategy, transact, database, logger } = context;
  const policy = policyOf(context, target)?.policy;
  if (policy === undefined) return;
  const watch = await transact(async (client) => {
    const known = await ensureWatch(client, { strategy, target, everySecs: policy.everySecs });
    const { watchId, isOn, offUntil, dueAt } = known;
    if ((isOn || offUntil !== null) && !(await hasLook(client, watchId)))
      await lookAt(client, watchId, new Date(isOn ? dueAt : (offUntil ?? dueAt)));
    if (!(await hasThinning(client, watchId))) await thinAfter(client, watchId, THIN_AFTER_MS);
    return known;
  });
  const { at } = await readServerMoment(database);
  if (!isSettledIn || silentSince(watch, at) === undefined) return;
  logger.error({ target, dueAt: watch.dueAt }, 'the watch of a target does not run');
  await tellOfSilence(context, watch);
}

/** Once, whichever replica is first. */
async function tellOfSilence(context: WatchContext, { watchId }: Watch): Promise<void> {
  const { strategy, transact, record, newId } = context;
  const told = await transact(async (client) => {
    const watch = await selectWatch(client, watchId, { lock: true });
    const now = (await readServerMoment(client)).at;
    const since = watch && silentSince(watch, now);
    if (watch === undefined || since === undefined) return undefined;
    const newest = await selectNewestEpisode(client, { ...watch, kind: 'silent' });
    if (newest?.endedAt === null) return undefined;
    const { verdict } = watch.state;
    const episode = silentEpisode(watch, { episodeId: newId(), since, verdict, now });
    await keepEpisode(context, client, episode);
    return episode;
  });
  if (told === undefined) return;
  const { target, openedAt, since, episodeId } = told;
  await record({
    kind: 'watch.silent',
    strategy,
    target,
    actor: THE_BOT,
    at: openedAt,
    details: { episodeId, since },
  });
}
