import { afterEach, describe, expect, test } from '@jest/globals';
import type { ReleaseRecord } from '../../../src/domain/release-record.js';
import { troublesOf } from '../../../src/domain/release-trouble.js';
import { HostError } from '../../../src/hosts/host.js';
import { runRelease } from '../../../src/release/engine/run-release.js';
import { eventually } from '../../sandbox/host/eventually.js';
import { createEngineSetting, NEVER, replacing, verbs } from './support/engine-setting.js';
import { NEW_VERSION } from './support/release-plan.js';
import type { TestEngineOptions } from './support/test-engine.js';

/** The time between two checkpoints is watched: what fails there is acted on, what only lacks something is not. */

const EVERY_MS = 300;
const setting = createEngineSetting({ checkpointMinutes: [0.001, 5], lookSecs: 0.3, confirmMinutes: 20 });

type Found = NonNullable<NonNullable<TestEngineOptions['verdicts']>['checkpoint']>;
const found: { checkpoint: Found } = { checkpoint: 'GO' };
afterEach(() => {
  found.checkpoint = 'GO';
});

/** Goes on with a release until it is as told. */
async function until(
  what: string,
  isSo: (release: ReleaseRecord) => boolean,
  more: Partial<TestEngineOptions> = {},
) {
  const engine = setting.engine({ verdicts: found, ...more });
  const releaseId = await setting.start();
  const next = (name: string, wanted: (release: ReleaseRecord) => boolean) =>
    eventually(
      name,
      async () => {
        const result = await runRelease(engine, releaseId, NEVER);
        const release = await engine.journal.load(releaseId);
        if (release !== undefined && wanted(release)) return { release, result };
        await new Promise((resolve) => setTimeout(resolve, 50));
        return undefined;
      },
      100_000,
    );
  return { ...(await next(what, isSo)), next };
}

const lookedAt = (release: ReleaseRecord): string | undefined => {
  const step = release.steps.find(({ kind, state }) => kind === 'checkpoint' && state === 'pending');
  const at = step?.after?.lookedAt;
  return typeof at === 'string' ? at : undefined;
};

describe('after all hosts have the release', () => {
  test('looks go on at their interval, whatever lacks, and the first NO-GO is acted on', async () => {
    const { release, result, next } = await until('a look', (now) => lookedAt(now) !== undefined);
    expect(release).toMatchObject({ state: 'watching', problem: null });
    // Long before the checkpoint, which is due after five minutes.
    expect(result.kind === 'wait' && result.until.getTime() - Date.now()).toBeLessThanOrEqual(EVERY_MS);

    found.checkpoint = 'HOLD';
    const first = lookedAt(release) ?? '';
    const { release: later } = await next('another look', (now) => (lookedAt(now) ?? '') > first);
    expect(later).toMatchObject({ state: 'watching', problem: null });
    expect(Date.parse(lookedAt(later) ?? '') - Date.parse(first)).toBeGreaterThanOrEqual(EVERY_MS);

    found.checkpoint = 'NO_GO';
    const { release: failed } = await next('the failure', (now) => now.problem !== null);
    expect(failed).toMatchObject({ state: 'watching', problem: { code: 'verdict_forbids' }, endedAt: null });
    const step = failed.steps.find(({ state }) => state === 'failed');
    expect(step).toMatchObject({ kind: 'checkpoint', checkpoint: 5, after: { verdict: 'NO_GO' } });
  });
});

describe('while the canary alone has it', () => {
  const slow = { checkpointMinutes: [5], lookSecs: 0.3, confirmMinutes: 20 };

  test('a NO-GO puts it back, and the other host is never touched', async () => {
    const steps = { checkpointMinutes: slow.checkpointMinutes };
    const { next, release } = await until('a look', (now) => lookedAt(now) !== undefined, {
      wrapJournal: (journal) => ({
        ...journal,
        // As with a first checkpoint that comes after five minutes.
        load: async (id) => {
          const loaded = await journal.load(id);
          return loaded && { ...loaded, steps: loaded.steps.map((step) => dueLate(step, steps)) };
        },
      }),
    });
    expect(release.steps.find(({ kind }) => kind === 'checkpoint')).toMatchObject({ host: 'live-1' });
    expect(await setting.running(setting.canary, 'MODEL_VERSION')).toBe(NEW_VERSION);
    found.checkpoint = 'NO_GO';
    const { release: ended } = await next('the end', ({ endedAt }) => endedAt !== null);
    expect(ended).toMatchObject({ state: 'reverted', problem: { code: 'verdict_forbids' } });
    expect(await setting.running(setting.canary, 'MODEL_VERSION')).toBe('lob-tcn-5m-v3');
    expect(await verbs(setting.second)).toEqual([]);
  });

  const dueLate = <T extends { readonly kind: string; readonly checkpoint: number | null }>(
    step: T,
    { checkpointMinutes: [minutes = 0] }: { readonly checkpointMinutes: readonly number[] },
  ): T => (step.kind === 'checkpoint' ? { ...step, checkpoint: minutes } : step);
});

test('a host that is gone before its restart is trouble from then on, and says what it was told', async () => {
  let isGone = false;
  const gone = async (): Promise<never> => {
    throw new HostError('unreachable', { code: 'host_silent', facts: { host: 'live-1' } });
  };
  const { release } = await until(
    'the put-back',
    ({ steps }) => steps.some(({ kind }) => kind === 'revert'),
    {
      wrapJournal: (journal) => ({
        ...journal,
        async end(held, position, end, turn) {
          await journal.end(held, position, end, turn);
          const written = (await journal.load(held.releaseId))?.steps.find(
            ({ kind }) => kind === 'write_environment',
          );
          isGone ||= written?.state === 'done';
        },
      }),
      wrapHost: (host) =>
        host.name === 'live-1'
          ? replacing(host, {
              readFile: (...call) => (isGone ? gone() : host.readFile(...call)),
              stat: (...call) => (isGone ? gone() : host.stat(...call)),
              service: replacing(host.service, {
                status: (...call) => (isGone ? gone() : host.service.status(...call)),
                restart: (...call) => (isGone ? gone() : host.service.restart(...call)),
                stop: (...call) => (isGone ? gone() : host.service.stop(...call)),
              }),
            })
          : host,
    },
  );
  expect(release).toMatchObject({ state: 'running', problem: { code: 'host_error' }, endedAt: null });
  const [trouble, ...others] = troublesOf(release);
  expect(others).toEqual([]);
  expect(trouble).toMatchObject({
    step: { kind: 'revert', host: 'live-1', problem: { code: 'host_error' } },
  });
  const { rows } = await setting.database.pool.query<{ now: Date }>('SELECT now()');
  const inMs = (trouble?.callAt.getTime() ?? 0) - (rows[0]?.now.getTime() ?? 0);
  expect(inMs).toBeLessThanOrEqual(10_000);
  expect(await verbs(setting.canary)).toEqual([]);
});
