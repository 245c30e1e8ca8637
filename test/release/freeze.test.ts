import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { LOCALES } from '../../src/domain/localized.js';
import { readRequestView } from '../../src/release/request-view.js';
import { deployFormModal } from '../../views/deploy-form.js';
import { planReportView } from '../../views/release-plan.js';
import { requestReportView } from '../../views/release-request.js';
import { refusalAsText } from '../../views/release-sentence.js';
import { askToBreakGlass } from './support/break-glass.js';
import {
  ALICE,
  BOB,
  CAROL,
  createReleaseWorld,
  type ReleaseWorld,
  requestAsAlice,
  WISH,
} from './support/release-world.js';

let world: ReleaseWorld;

// Every Sunday from noon on, by UTC; the world's clock begins on a Sunday at noon.
beforeEach(async () => {
  const freeze = [{ cron: '0 12 * * SUN', zone: 'UTC', for: '1h', why: 'payday <!channel>' }];
  world = await createReleaseWorld(undefined, { live: { freeze } });
});
afterEach(() => world.end());

const at = (text: string) => {
  world.clock.now = new Date(`2026-03-01T${text}Z`);
};

async function approved() {
  const request = await requestAsAlice(world);
  const { requestId, digest } = request;
  for (const person of [BOB, CAROL]) await world.service.approve({ requestId, digest, person });
  return request;
}

test('the plan says until when nothing starts, and so does the form', async () => {
  at('12:10:00');
  const checked = await world.service.plan(WISH, world.target, ALICE);
  const frozen = { until: '2026-03-01T13:00:00.000Z', why: 'payday <!channel>' };
  expect(checked).toMatchObject({ kind: 'checked', frozen });
  expect(await world.service.frozen(world.target)).toEqual(frozen);
  at('13:00:00');
  expect(await world.service.frozen(world.target)).toBeUndefined();
});

test.each(LOCALES)('and both show it: %s', async (locale) => {
  at('12:10:00');
  const checked = await world.service.plan(WISH, world.target, ALICE);
  if (checked.kind !== 'checked') throw new Error('no plan');
  const { approval, watch } = world.target;
  const plan = planReportView({ ...checked, modelVersion: 'v2', approval, watch, envPrefix: 'S__' }, locale);
  expect(JSON.stringify(plan.blocks)).toMatch(/❄️.*1772370000/);
  const form = deployFormModal(
    {
      strategy: 's',
      target: 'live',
      staged: { models: [], binaries: [], skipped: [] },
      variables: new Map(),
      model: '-',
      picked: new Map(),
      faults: new Map(),
      frozen: checked.frozen,
      now: world.clock.now,
    },
    locale,
  );
  expect(JSON.stringify(form.blocks)).toMatch(/❄️.*1772370000/);
});

test('approved before it, nothing starts inside it, and everything after it', async () => {
  at('11:58:00');
  const { requestId, digest } = await approved();
  const start = () => world.service.start({ requestId, digest, person: ALICE });
  at('12:00:00');
  const refusal = {
    code: 'frozen',
    facts: { until: '2026-03-01T13:00:00.000Z', reason: 'payday <!channel>' },
  };
  expect(await start()).toMatchObject({ kind: 'refused', refusal });
  expect(await world.service.live('live')).toMatchObject({ state: 'approved' });
  expect(world.queued.filter(({ what }) => what === 'enqueue')).toEqual([]);
  at('11:59:59');
  expect(await start()).toMatchObject({ kind: 'started' });
});

test('what can start when it ends may be asked for inside it; what would expire before may not', async () => {
  at('12:00:00');
  const request = await requestAsAlice(world);
  expect(request.state).toBe('open');
  await world.service.withdraw({ requestId: request.requestId, person: ALICE });
  // Sixty minutes for the approvals and fifteen for the start.
  const long = {
    ...world.target,
    freeze: [{ ...world.target.freeze[0], for: { days: 0, hours: 1, minutes: 15 } }],
  };
  const targets = new Map([['live', long as typeof world.target]]);
  Object.assign(world.context.targets, { targets });
  expect(await world.service.obstacle(long as typeof world.target, ALICE, 'ordinary')).toMatchObject({
    code: 'frozen',
  });
  at('12:00:01');
  expect(await world.service.obstacle(long as typeof world.target, ALICE, 'ordinary')).toBeUndefined();
  at('12:00:00');
  expect(await world.service.obstacle(long as typeof world.target, CAROL, 'break_glass')).toBeUndefined();
});

test('broken glass goes through', async () => {
  at('12:10:00');
  expect(await world.service.breakGlass(await askToBreakGlass(world, CAROL))).toMatchObject({
    kind: 'requested',
  });
});

test.each(LOCALES)('the request that waits says it, and no longer once it is over: %s', async (locale) => {
  at('12:10:00');
  const { requestId } = await requestAsAlice(world);
  const shown = async () => {
    const view = await readRequestView(world.context, requestId);
    return JSON.stringify(view && requestReportView(view, { locale, envPrefix: 'S__' }).blocks);
  };
  // 13:00 as Slack shows it, and nobody is called by what somebody wrote.
  expect(await shown()).toMatch(/❄️.*1772370000/);
  expect(await shown()).not.toContain('<!channel>');
  await world.service.withdraw({ requestId, person: ALICE });
  expect(await shown()).not.toContain('❄️');
});

test('the refusal says when it ends', () => {
  const facts = { until: '2026-03-01T13:00:00.000Z', reason: 'payday' };
  expect(refusalAsText({ code: 'frozen', facts }, 'en')).toMatch(
    /^No release of this target starts before .*13:00.* \(payday\): it is frozen until then\./,
  );
});
