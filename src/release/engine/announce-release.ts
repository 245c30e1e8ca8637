import type { Report } from '../../conversation/subcommand.js';
import { isIncident } from '../../domain/release-state.js';
import { type Messages, putMessage, tryEach } from '../../messages/living-messages.js';
import type { MessageStore } from '../../messages/message-store.js';
import type { Targets } from '../../runbook/targets.js';
import type { Logger } from '../../telemetry/logger.js';
import type { ReleaseRecord } from './release-record.js';

/** How a release looks, in the language of the installation. */
export interface ReleaseViews {
  readonly progress: (release: ReleaseRecord) => Report;
  /** The loud one. */
  readonly incident: (release: ReleaseRecord) => Report;
}

export interface ReleaseAnnouncerOptions extends Messages {
  readonly load: (releaseId: string) => Promise<ReleaseRecord | undefined>;
  readonly targets: Pick<Targets, 'targets'>;
  readonly messages: Messages['messages'] & Pick<MessageStore, 'ofSubject'>;
  readonly views: ReleaseViews;
  readonly sleep: (ms: number) => Promise<void>;
  /** Leaves the release's durable announcement behind, for when Slack answers again. */
  readonly announceLater: (releaseId: string) => Promise<void>;
  readonly logger: Logger;
}

export interface ReleaseAnnouncer {
  /** Something has changed: the messages follow, at most every 1.2 s, and end with the last state. Never fails. */
  changed(releaseId: string): void;
  /** The same, for work that is tried again. @throws Slack's error where the messages do not show the last state. */
  announce(releaseId: string): Promise<void>;
  /** Resolves when every message shows what was last said. */
  settled(): Promise<void>;
}

/** Slack allows about 50 updates a minute. */
const MIN_INTERVAL_MS = 1_200;
const RETRIES = 5;

export const releaseSubject = (releaseId: string): string => `release ${releaseId}`;

/** Keeps the messages of each release up to date, from the database, from whichever replica. */
export function createReleaseAnnouncer(options: ReleaseAnnouncerOptions): ReleaseAnnouncer {
  const { logger, sleep, announceLater } = options;
  /** Releases whose messages are being changed; `hasMore`: there is something newer. */
  const moving = new Map<string, { readonly news: { hasMore: boolean }; readonly end: Promise<void> }>();
  const running = new Set<Promise<void>>();

  async function move(releaseId: string, news: { hasMore: boolean }): Promise<void> {
    try {
      for (let failures = 0; news.hasMore || failures > 0; ) {
        news.hasMore = false;
        try {
          if (await show(options, releaseId)) news.hasMore = true;
          failures = 0;
        } catch (error) {
          failures += 1;
          logger.warn({ err: error, releaseId }, 'the messages of a release could not be changed');
          if (failures > RETRIES) throw error;
        }
        await sleep(MIN_INTERVAL_MS * (failures + 1));
      }
    } finally {
      moving.delete(releaseId);
    }
  }

  function announce(releaseId: string): Promise<void> {
    const under = moving.get(releaseId);
    if (under !== undefined) {
      under.news.hasMore = true;
      return under.end;
    }
    const news = { hasMore: true };
    const end = move(releaseId, news);
    moving.set(releaseId, { news, end });
    return end;
  }

  return {
    announce,
    changed(releaseId) {
      const work = announce(releaseId)
        .catch(() => announceLater(releaseId))
        .catch((error: unknown) => logger.error({ err: error, releaseId }, 'a release goes unannounced'));
      running.add(work);
      void work.finally(() => running.delete(work));
    },
    async settled() {
      await Promise.all(running);
    },
  };
}

/** @returns whether the release has moved on meanwhile. */
async function show(options: ReleaseAnnouncerOptions, releaseId: string): Promise<boolean> {
  const { load, targets, messages, views } = options;
  const release = await load(releaseId);
  const channels = release && targets.targets.get(release.target)?.channels;
  if (release === undefined || channels === undefined) return false;
  const subject = releaseSubject(releaseId);
  const present = incidentOf(release);
  const keyOfIncident = `${subject} incident `;
  const told = (await messages.ofSubject(subject)).filter(({ key }) => key.startsWith(keyOfIncident));
  const incidents = new Map(told.map(({ key, channel }) => [key, channel]));
  if (present !== undefined && !incidents.has(`${keyOfIncident}${present}`))
    incidents.set(`${keyOfIncident}${present}`, channels.incidents);
  // The loud ones first: nothing that is wrong elsewhere keeps them back.
  await tryEach([
    ...[...incidents].map(
      ([key, channel]) =>
        () =>
          putMessage(options, { key, subject, channel }, views.incident(release)),
    ),
    () =>
      putMessage(
        options,
        { key: `${subject} progress`, subject, channel: channels.reports },
        views.progress(release),
      ),
  ]);
  return JSON.stringify(await load(releaseId)) !== JSON.stringify(release);
}

/** What the incident channel is told of, once; undefined: nothing. Each step that needs a person is one of its own. */
function incidentOf(release: ReleaseRecord): string | undefined {
  if (!isIncident(release)) return undefined;
  if (release.state !== 'needs_person') return release.state;
  const step = release.steps.findLast(({ state }) => state === 'unclear' || state === 'failed');
  return `needs_person ${step?.position ?? ''} ${step?.attempts ?? ''}`;
}
