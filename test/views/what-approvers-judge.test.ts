import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { messageFaults } from '../../sandbox/slack/block-kit/surfaces.js';
import type { ObservedRow } from '../../src/domain/check-run.js';
import { LOCALES, type Locale } from '../../src/domain/localized.js';
import type { RequestView } from '../../src/domain/request-view.js';
import { requestReportView } from '../../views/release-request.js';
import { bringsText } from '../../views/status.js';
import { terminalText } from '../../views/terminal.js';
import { createReleaseWorld, type ReleaseWorld, requestAsAlice } from '../release/support/release-world.js';
import { aCheck } from '../support/runs.js';

let world: ReleaseWorld;
let view: RequestView;
beforeAll(async () => {
  world = await createReleaseWorld();
  const { requestId } = await requestAsAlice(world);
  const found = await world.service.view(requestId);
  if (found === undefined) throw new Error('there is no request');
  view = found;
});
afterAll(() => world.end());

/** The request's card where the model's check saw this. */
function cardWith(row: ObservedRow | undefined, locale: Locale = 'en'): string {
  const sha256 = view.request.plan.model?.sha256 ?? '';
  const observed = row === undefined ? [] : [{ host: 'h1', sha256, ...row }];
  const run = view.run && {
    ...view.run,
    checks: [...view.run.checks, aCheck('model.file', { evidence: { probe: 'model' }, observed })],
  };
  const report = requestReportView({ ...view, run }, { locale, envPrefix: 'S__' });
  expect(messageFaults(report.blocks)).toEqual([]);
  return terminalText(report);
}

const ROW: ObservedRow = {
  metrics: [
    { name: 'accuracy', candidate: 0.5612, running: 0.558 },
    { name: 'brier', candidate: 0.2461, running: 0.2455 },
    { name: 'logLoss', candidate: 0.685, running: 0.685 },
    { name: 'auc', candidate: null, running: null },
  ],
  rows: 1_234_567,
  trained_from: '2026-02-01T00:00:00.000Z',
  trained_to: '2026-02-28T12:30:00.000Z',
  comparison_missing: false,
};

describe('the card of a request', () => {
  test.each(LOCALES)(
    'shows the new model’s metrics beside the running one’s, and its data (%s)',
    (locale) => {
      const card = cardWith(ROW, locale);
      const [better, worse, same] = { en: ['better', 'worse', 'same'], 'zh-CN': ['更好', '更差', '相同'] }[
        locale
      ];
      expect(card).toMatch(new RegExp(`0\\.5612 · .* 0\\.5580 · ✓ \\+0\\.0032 ${better}`));
      expect(card).toMatch(new RegExp(`0\\.2461 · .* 0\\.2455 · ✗ \\+0\\.0006 ${worse}`));
      expect(card).toMatch(new RegExp(`0\\.6850 · .* 0\\.6850 · = ${same}`));
      expect(card).not.toContain('AUC');
      expect(card).toContain('1,234,567');
      expect(card).toContain('12:30:00 UTC');
    },
  );

  test('says where nothing can be compared, or nothing is known', () => {
    const alone = [{ name: 'auc', candidate: 0.61, running: null }];
    expect(cardWith({ ...ROW, metrics: alone, comparison_missing: true })).toContain(
      '⚠ The running model is not compared',
    );
    // The first model of all replaces none.
    expect(cardWith({ ...ROW, metrics: alone })).not.toContain('not compared');
    expect(cardWith({ ...ROW, trained_from: '' })).toContain(
      'trained on data until 12:30:00 UTC, nobody knows',
    );
    expect(cardWith(undefined)).toContain('⚠ Its check saw nothing of it');
    expect(cardWith({ ...ROW, sha256: 'of another file' })).toContain('⚠ Its check saw nothing of it');
  });

  test('of settings alone says nothing of a model', () => {
    const plan = { ...view.request.plan, model: undefined };
    const request = { ...view.request, plan };
    const report = requestReportView({ ...view, request }, { locale: 'en', envPrefix: 'S__' });
    expect(terminalText(report)).not.toContain('What is known of the model');
  });

  test('counts the checks that pass, and names each that does not', () => {
    expect(cardWith(ROW)).toContain('All 5 checks of the planned state pass');
    const wrong = aCheck('exec.lag', { outcome: 'WARN', says: [{ en: 'lag is high', 'zh-CN': '滞后' }] });
    const run = view.run && { ...view.run, verdict: 'GO_WITH_WARNINGS' as const, checks: [wrong] };
    const card = terminalText(requestReportView({ ...view, run }, { locale: 'en', envPrefix: 'S__' }));
    expect(card).toContain('4.2 exec.lag  lag is high');
    expect(card).not.toContain('checks of the planned state pass');
  });
});

test.each([
  [undefined, undefined, 'settings'],
  ['v2', undefined, 'model `v2`'],
  [undefined, 'ploy-0.9', 'binary `ploy-0.9`'],
  ['v2', 'ploy-0.9', 'model `v2` and binary `ploy-0.9`'],
])('a release is called by what it brings: %s, %s', (modelVersion, binary, said) => {
  expect(bringsText({ modelVersion, binary }, 'en')).toBe(said);
});
