import { randomUUID } from 'node:crypto';
import { createRunStore } from '../../../src/checks/store/run-store.js';
import type { CheckResult, CheckRun } from '../../../src/domain/check-run.js';
import { type Halt, newHalt } from '../../../src/domain/halt.js';
import { evaluateVerdict } from '../../../src/domain/verdict.js';
import type { HaltHandle } from '../../../src/halt/live-halt.js';
import { subjectChanged } from '../../../src/messages/message-jobs.js';
import { parseTargets } from '../../../src/runbook/targets.js';
import { createTransact } from '../../../src/store/transaction.js';
import { createLookTask } from '../../../src/watch/look.js';
import type { LookingContext, WatchContext } from '../../../src/watch/watch-context.js';
import type { WatchEvent } from '../../../src/watch/watch-events.js';
import { guard } from '../../../src/watch/watch-guard.js';
import { createWatchService } from '../../../src/watch/watch-service.js';
import { selectWatchOf } from '../../../src/watch/watch-store.js';
import { prepareWorkerSchema, WORKER_SCHEMA } from '../../../src/worker/worker-schema.js';
import { createTestDatabase } from '../../support/database.js';
import { createRememberingSlack, createTestKeeper } from '../../support/keeping.js';
import { aCheck, aRun } from '../../support/runs.js';

const fileWith = (watch: string) => `defaultTarget: live
roles: { operators: [S0OPS], admins: [U0CAROL] }
targets:
  live:
    service: { manager: systemd, unit: ploy.service }
    environmentFiles: [/opt/ploy/env/live.env]
    approval: { quorum: 1 }
    hosts: [{ name: live-1 }]
    channels: { reports: C0REPORTS, incidents: C0INCIDENTS }
    watch: ${watch}
`;

export const LOOK_CALL = { stopping: new AbortController().signal, lost: new AbortController().signal };
export const OPERATOR = { id: 'U0CAROL', name: 'carol', surface: 'slack' } as const;

/** A target under watch, over a real database and job queue; what its checks say is the test's. */
export async function createWatchWorld(
  watch = '{ everySecs: 60, after: { tell: 2, call: 2, halt: 3, well: 2 } }',
) {
  const database = await createTestDatabase();
  await prepareWorkerSchema(database, { always: true });
  const { pool } = database;
  const targets = parseTargets('targets.yaml', Buffer.from(fileWith(watch)));
  const store = createRunStore(pool);
  const slack = createRememberingSlack();
  const events: WatchEvent[] = [];
  const halts: Halt[] = [];
  const beats: string[] = [];
  const world = {
    checks: [aCheck('a'), aCheck('b')] as readonly CheckResult[],
    isOff: false,
    runs: [] as CheckRun[],
  };
  const context: WatchContext = {
    strategy: 'crypto_lob_ml',
    targets,
    everySecs: undefined,
    database: pool,
    transact: createTransact(async () => pool),
    subjectChanged,
    record: async (event) => void events.push(event),
    newId: randomUUID,
  };
  const looking: LookingContext = {
    ...context,
    checks: {
      async run({ kind, target, requestedBy, watched, only }) {
        const checks = world.checks.filter(({ id }) => only?.includes(id) ?? true);
        const now = new Date().toISOString();
        const run = aRun({
          kind,
          target: target.name,
          requestedBy,
          verdict: evaluateVerdict(checks),
          startedAt: now,
          asOf: now,
          validUntil: new Date(Date.now() + 600_000).toISOString(),
          checks,
          ...(watched === true ? { watched } : {}),
          ...(only === undefined ? {} : { partial: true as const }),
        });
        await store.save(run);
        world.runs.push(run);
        return { run, stored: true };
      },
    },
    isOff: async () => world.isOff,
    killSwitch: {
      running: () => undefined,
      start: ({ target, kind, requestedBy, watch: evidence }) => {
        const halt = newHalt({
          haltId: randomUUID(),
          strategy: 'crypto_lob_ml',
          target: target.name,
          kind,
          wanted: {},
          wantedOf: {},
          requestedBy,
          requestedAt: new Date().toISOString(),
          reason: null,
          hosts: [],
          ...(evidence === undefined ? {} : { watch: evidence }),
        });
        halts.push(halt);
        return { current: () => halt } as HaltHandle;
      },
    },
    announceHalt: () => undefined,
    beat: ({ name }) => void beats.push(name),
    homeChanged: () => undefined,
    logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
  };
  const task = createLookTask(looking);
  const keeper = createTestKeeper({ pool, announcer: slack, targets });
  const watchOf = () => selectWatchOf(pool, { strategy: 'crypto_lob_ml', target: 'live' });
  const guardOnce = (isSettledIn = false) =>
    guard({ ...context, logger: looking.logger }, 'live', isSettledIn);
  await guardOnce();
  return {
    ...database,
    world,
    context,
    looking,
    events,
    halts,
    beats,
    slack,
    service: createWatchService(context),
    watchOf,
    guardOnce,
    /** One look, and what people then see of it. */
    async look(times = 1) {
      for (let count = 0; count < times; count += 1) {
        await task({ subject: `look:${(await watchOf())?.watchId}` }, LOOK_CALL);
        await this.show();
      }
    },
    /** Carries out the jobs about messages. */
    async show() {
      const { rows } = await pool.query<{ subject: `watch:${string}` }>(
        `SELECT payload->>'subject' AS subject FROM ${WORKER_SCHEMA}._private_jobs
         WHERE payload->>'subject' LIKE 'watch:%' AND run_at <= now()`,
      );
      for (const { subject } of rows) await keeper.show(subject);
    },
    /** When the next look is due, by the queue. */
    async nextJobAt() {
      const { rows } = await pool.query<{ at: Date }>(
        `SELECT run_at AS at FROM ${WORKER_SCHEMA}._private_jobs WHERE key LIKE 'look %'`,
      );
      return rows.map(({ at }) => at);
    },
    messages: () =>
      [...slack.standing.values()].map(({ channel, report, threadTs }) => ({
        channel,
        isReply: threadTs !== undefined,
        text: report.text,
        blocks: JSON.stringify(report.blocks),
      })),
    /** Moves everything that is written of moments into the past. */
    later: (secs: number) =>
      pool.query(
        `UPDATE lobml.watches SET due_at = due_at - $1 * interval '1 second', looked_at = looked_at - $1 * interval '1 second'`,
        [secs],
      ),
  };
}

export type WatchWorld = Awaited<ReturnType<typeof createWatchWorld>>;

export const failing = (id: string): CheckResult =>
  aCheck(id, {
    outcome: 'FAIL',
    reason: { code: 'failure_holds' },
    says: [{ en: `${id} is wrong`, 'zh-CN': `${id} 有误` }],
  });
