import type pg from 'pg';
import {
  createMessageTable,
  type MessageTableParts,
  type MessageViews,
} from '../../src/app/message-table.js';
import { createAcknowledgementStore } from '../../src/checks/store/acknowledgements.js';
import { createRunStore } from '../../src/checks/store/run-store.js';
import type { Report } from '../../src/domain/report.js';
import type { Announcer } from '../../src/messages/announcer.js';
import { subjectChanged } from '../../src/messages/message-jobs.js';
import { createMessageKeeper, type MessageKeeper } from '../../src/messages/message-keeper.js';
import type { SubjectChanged } from '../../src/messages/subject.js';
import type { Database } from '../../src/platform/platform.js';
import type { ReleaseContext } from '../../src/release/release-context.js';
import { readServerMoment } from '../../src/store/server-moment.js';
import { createTransact } from '../../src/store/transaction.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { backtestView } from '../../views/backtest-message.js';
import { brokenGlassView } from '../../views/broken-glass.js';
import { deployIncidentView } from '../../views/deploy-incident.js';
import { deployProgressView } from '../../views/deploy-progress.js';
import { drillAlarmView, drillView } from '../../views/drill.js';
import { confirmCallView, requestCallView } from '../../views/release-call.js';
import { requestReportView } from '../../views/release-request.js';
import { runReportView } from '../../views/run-report.js';
import { trainingView } from '../../views/train-report.js';
import { watchCallView, watchEpisodeView } from '../../views/watch-message.js';

/** What the bot calls its database, over a test's. */
export const databaseOn = (pool: pg.Pool): Pick<Database, 'query' | 'transact'> => ({
  query: (text, values) => pool.query(text, values),
  transact: createTransact(async () => pool),
});

/** The views of the bot. */
export const MESSAGE_VIEWS: MessageViews = {
  run: runReportView,
  request: requestReportView,
  requestCall: requestCallView,
  confirmCall: confirmCallView,
  brokenGlass: brokenGlassView,
  progress: deployProgressView,
  incident: deployIncidentView,
  training: trainingView,
  backtest: backtestView,
  drill: drillView,
  drillAlarm: drillAlarmView,
  watch: { episode: watchEpisodeView, call: watchCallView },
};

export interface StandingMessage {
  readonly channel: string;
  readonly key: string;
  /** Of the message that it answers to. */
  readonly threadTs: string | undefined;
  report: Report;
}

/** What Slack says of a place that takes nothing. */
export class RefusedHere extends Error {}

/** A Slack that remembers what stands, by its id, and refuses what a test says. */
export interface RememberingSlack extends Announcer {
  readonly standing: Map<string, StandingMessage>;
  /** @throws what Slack answers to a call about that channel. */
  refuse: (channel: string) => void;
}

export function createRememberingSlack(): RememberingSlack {
  const standing = new Map<string, StandingMessage>();
  let posts = 0;
  const slack: RememberingSlack = {
    standing,
    refuse: () => undefined,
    async post(channel, report, key, threadTs) {
      slack.refuse(channel);
      posts += 1;
      standing.set(String(posts), { channel, key, threadTs, report });
      return { channel, ts: String(posts) };
    },
    async find(channel, key, _since, threadTs) {
      slack.refuse(channel);
      const isIt = (message: StandingMessage) =>
        message.key === key && message.channel === channel && message.threadTs === threadTs;
      return [...standing].find(([, message]) => isIt(message))?.[0];
    },
    async change({ channel, ts }, report) {
      slack.refuse(channel);
      const message = standing.get(ts);
      if (message !== undefined) message.report = report;
      return message !== undefined;
    },
    isRefused: (error) => error instanceof RefusedHere,
    waitAfter: () => 0,
  };
  return slack;
}

interface KeepingParts extends Partial<Omit<MessageTableParts, 'releases'>> {
  readonly pool: pg.Pool;
  readonly announcer: Announcer;
  readonly targets?: unknown;
  readonly releases?: MessageTableParts['releases'];
  readonly subjectChanged?: SubjectChanged;
}

/** The bot's keeper over a test's database; whatever is not given is as in the bot. */
export function createTestKeeper({ pool, announcer, targets, ...parts }: KeepingParts): MessageKeeper {
  const now = parts.now ?? (() => new Date());
  const runs = createRunStore(pool);
  const unknown = new Error('this test asks nobody who people are');
  const releases = parts.releases ?? {
    database: pool,
    databaseNow: async (client) => (await readServerMoment(client)).at,
    targets: (targets ?? { targets: new Map() }) as ReleaseContext['targets'],
    runs,
    approvers: { standings: async () => Promise.reject(unknown) } as unknown as ReleaseContext['approvers'],
  };
  return createMessageKeeper({
    database: pool,
    transact: createTransact(async () => pool),
    table: createMessageTable({
      views: MESSAGE_VIEWS,
      runs,
      acknowledgements: createAcknowledgementStore(pool),
      trainings: { get: async () => undefined },
      backtests: { get: async () => undefined },
      drills: { get: async () => undefined, before: async () => [] },
      envPrefix: 'S__',
      locale: 'en',
      ...parts,
      releases,
      now,
    }),
    announcer,
    subjectChanged: parts.subjectChanged ?? subjectChanged,
    now,
    logger: createLogger({ level: 'silent', to: 'stderr' }),
  });
}
