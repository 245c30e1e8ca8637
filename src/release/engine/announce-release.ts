import type { ReleaseState } from '../../domain/release-state.js';
import type { Targets } from '../../runbook/targets.js';
import type { MessageStore } from '../../store/message-store.js';
import type { Report } from '../../subcommand.js';
import type { Logger } from '../../telemetry/logger.js';
import type { Announcer } from '../announce-request.js';
import type { ReleaseRecord } from './release-record.js';

/** How a release looks, in the language of the installation. */
export interface ReleaseViews {
  readonly progress: (release: ReleaseRecord) => Report;
  /** The loud one. */
  readonly incident: (release: ReleaseRecord) => Report;
}

export interface ReleaseAnnouncerOptions {
  readonly load: (releaseId: string) => Promise<ReleaseRecord | undefined>;
  readonly targets: Pick<Targets, 'targets'>;
  readonly messages: Pick<MessageStore, 'reserve' | 'markPosted' | 'find'>;
  readonly announcer: Announcer;
  readonly views: ReleaseViews;
  readonly now: () => Date;
  readonly sleep: (ms: number) => Promise<void>;
  readonly logger: Logger;
}

export interface ReleaseAnnouncer {
  /** Something has changed: the message follows, at most every 1.2 s, and ends with the last state. Never fails. */
  changed(releaseId: string): void;
  /** Resolves when every message shows what was last said. */
  settled(): Promise<void>;
}

/** Slack allows about 50 updates a minute. */
const MIN_INTERVAL_MS = 1_200;
const RETRIES = 5;

/** States, and a failure under watch, that the incident channel hears of. */
const LOUD: readonly ReleaseState[] = ['reverted', 'disabled', 'needs_person'];

export const releaseSubject = (releaseId: string): string => `release ${releaseId}`;

/** Keeps the one message of each release up to date, from the database, from whichever replica. */
export function createReleaseAnnouncer(options: ReleaseAnnouncerOptions): ReleaseAnnouncer {
  const { logger, sleep } = options;
  /** Releases whose message is being changed; true: there is something newer. */
  const moving = new Map<string, boolean>();
  const running = new Set<Promise<void>>();

  async function move(releaseId: string): Promise<void> {
    for (let failures = 0; moving.get(releaseId) === true || failures > 0; ) {
      moving.set(releaseId, false);
      try {
        await show(options, releaseId);
        failures = 0;
      } catch (error) {
        failures += 1;
        logger.warn({ err: error, releaseId }, 'the message of a release could not be changed');
        if (failures > RETRIES) break;
      }
      await sleep(MIN_INTERVAL_MS * (failures + 1));
    }
    moving.delete(releaseId);
  }

  return {
    changed(releaseId) {
      const isMoving = moving.has(releaseId);
      moving.set(releaseId, true);
      if (isMoving) return;
      const work = move(releaseId);
      running.add(work);
      void work.finally(() => running.delete(work));
    },
    async settled() {
      await Promise.all(running);
    },
  };
}

async function show(options: ReleaseAnnouncerOptions, releaseId: string): Promise<void> {
  const { load, targets, views } = options;
  const release = await load(releaseId);
  const channels = release && targets.targets.get(release.target)?.channels;
  if (release === undefined || channels === undefined) return;
  await put(options, channels.reports, `${releaseSubject(releaseId)} progress`, release, views.progress);
  const isFailing = release.state === 'watching' && release.problem !== null;
  if (!LOUD.includes(release.state) && !isFailing) return;
  const key = `${releaseSubject(releaseId)} incident ${release.state}`;
  await put(options, channels.incidents, key, release, views.incident);
}

/** Posts the message of a key, or changes it where it stands already. */
async function put(
  { messages, announcer, now }: ReleaseAnnouncerOptions,
  channel: string,
  key: string,
  release: ReleaseRecord,
  view: (release: ReleaseRecord) => Report,
): Promise<void> {
  const subject = releaseSubject(release.releaseId);
  const isFirst = await messages.reserve({ key, subject, channel }, now());
  const known = isFirst ? undefined : await messages.find(key);
  const ts = known && (known.ts ?? (await announcer.find(channel, key, new Date(known.reservedAt))));
  if (ts === undefined) {
    await messages.markPosted(key, await announcer.post(channel, view(release), key));
    return;
  }
  if (known?.ts === null) await messages.markPosted(key, ts);
  await announcer.change({ channel, ts }, view(release));
}
