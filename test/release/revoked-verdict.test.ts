import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createRunStore } from '../../src/checks/store/run-store.js';
import type { CheckRun } from '../../src/domain/check-run.js';
import { LOCALES } from '../../src/domain/localized.js';
import type { ReleaseRequest } from '../../src/domain/release-request.js';
import { requestReportView } from '../../views/release-request.js';
import { terminalText } from '../../views/terminal.js';
import {
  ALICE,
  BOB,
  CAROL,
  createReleaseWorld,
  type ReleaseWorld,
  requestAsAlice,
} from './support/release-world.js';

let world: ReleaseWorld;
beforeEach(async () => {
  world = await createReleaseWorld();
});
afterEach(() => world.end());

/** A run of the target as it stands, a minute after the evidence of the request. */
async function laterRun({ checkRunId }: ReleaseRequest, facts: Partial<CheckRun>): Promise<void> {
  const evidence = await world.context.runs.get(checkRunId);
  if (evidence === undefined) throw new Error('no evidence');
  const { planned: _, ...run } = evidence;
  world.clock.now = new Date(world.clock.now.getTime() + 60_000);
  const at = world.clock.now.toISOString();
  const runs = createRunStore(world.database.pool);
  await runs.save({ ...run, runId: randomUUID(), startedAt: at, asOf: at, ...facts });
}

test.each([
  ['precheck', 'NO_GO'],
  ['verify', 'HOLD'],
  ['gonogo', 'NO_GO'],
] as const)(
  'a later %s that says %s keeps a request from being approved and started, until its checks ran again',
  async (kind, verdict) => {
    const request = await requestAsAlice(world);
    const { requestId, digest } = request;
    await world.service.approve({ requestId, digest, person: BOB });
    await laterRun(request, { kind, verdict });
    const refusal = {
      code: 'verdict_revoked',
      facts: { run: kind, verdict, since: '2026-03-01T12:01:00.000Z' },
    };
    expect(await world.service.approve({ requestId, digest, person: CAROL })).toEqual({
      kind: 'refused',
      refusal,
    });

    world.clock.now = new Date(world.clock.now.getTime() + 60_000);
    expect(await world.service.renewEvidence({ requestId, person: CAROL })).toEqual({ kind: 'kept' });
    const renewed = (await world.service.view(requestId))?.request;
    if (renewed === undefined) throw new Error('no request');
    await world.service.approve({ ...renewed, person: CAROL });
    await laterRun(renewed, { kind, verdict });
    expect(await world.service.start({ ...renewed, person: ALICE })).toMatchObject({
      kind: 'refused',
      refusal: { code: 'verdict_revoked' },
    });
    const { rows } = await world.database.pool.query('SELECT 1 FROM lobml.releases');
    expect(rows).toEqual([]);
  },
);

test('a later run that passed revokes nothing', async () => {
  const request = await requestAsAlice(world);
  const { requestId, digest } = request;
  await laterRun(request, { kind: 'verify', verdict: 'GO' });
  expect(await world.service.approve({ requestId, digest, person: BOB })).toMatchObject({ kind: 'done' });
});

test.each([
  ['of a canary alone', { kind: 'verify', partial: true }],
  ['of another plan', { kind: 'precheck', planned: true }],
] as const)(
  'a later run %s that says NO-GO revokes the GO of a request, and its view says so',
  async (_, mark) => {
    const request = await requestAsAlice(world);
    const { requestId, digest } = request;
    await laterRun(request, { ...mark, verdict: 'NO_GO' });
    const view = await world.service.view(requestId);
    expect(view?.run?.revokedBy).toMatchObject({ kind: mark.kind, verdict: 'NO_GO' });
    for (const locale of LOCALES) {
      const text = view && terminalText(requestReportView(view, { locale, envPrefix: 'TOY__' }));
      expect(text).toMatch(
        locale === 'en' ? /NO-GO.*these checks hold no longer/ : /NO-GO.*以上检查不再有效/,
      );
    }
    expect(await world.service.approve({ requestId, digest, person: BOB })).toMatchObject({
      kind: 'refused',
      refusal: { code: 'verdict_revoked' },
    });
  },
);
