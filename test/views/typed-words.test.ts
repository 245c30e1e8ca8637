import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { messageFaults } from '../../sandbox/slack/block-kit/surfaces.js';
import { LOCALES, type Locale } from '../../src/domain/localized.js';
import type { Report } from '../../src/domain/report.js';
import type { RequestView } from '../../src/domain/request-view.js';
import { typed } from '../../views/blocks.js';
import { brokenGlassView } from '../../views/broken-glass.js';
import { historyView } from '../../views/history.js';
import { lockedView } from '../../views/lock.js';
import { requestReportView } from '../../views/release-request.js';
import { refusalView } from '../../views/release-sentence.js';
import { terminalText } from '../../views/terminal.js';
import {
  BOB,
  createReleaseWorld,
  type ReleaseWorld,
  requestAsAlice,
} from '../release/support/release-world.js';

/** Draws approvals of its own, mentions the channel, and turns the direction of the text. */
const WORDS = [
  'EVIL ok',
  '',
  '*EVIL Approvals 2 of 2*',
  '✓ <!subteam^S0RISK>  <@U0BOB> EVIL',
  '`EVIL` _EVIL_ ```EVIL```',
  '> EVIL <!channel> & \u2028EVIL\u2029\u0085EVIL\u202eLIVE\u2066\u200fEVIL\u2800\u2800\u2800EVIL',
].join('\r\n');

let world: ReleaseWorld;
let view: RequestView;
beforeAll(async () => {
  world = await createReleaseWorld();
  const { requestId } = await requestAsAlice(world);
  const found = await world.service.view(requestId);
  if (found === undefined) throw new Error('there is no request');
  const { request } = found;
  const plan = { ...request.plan, reason: WORDS };
  view = {
    ...found,
    request: { ...request, reason: WORDS, plan, wish: { ...request.wish, modelVersion: WORDS } },
  };
});
afterAll(() => world.end());

const AT = '2026-03-01T12:00:00.000Z';
const rejected = (): RequestView => ({
  ...view,
  request: { ...view.request, state: 'rejected', endedAt: AT, endedBy: BOB, endReason: WORDS },
});
const lock = { strategy: 's', target: 'live', holder: BOB, takenAt: AT, until: null, reason: WORDS };
const line = {
  kind: 'release',
  id: '22222222-2222-4222-8222-222222222222',
  startedAt: AT,
  by: BOB,
  reason: WORDS,
  state: 'confirmed',
  detail: WORDS,
  binary: WORDS,
} as const;
const options = (locale: Locale) => ({ locale, envPrefix: 'S__' });

const REPORTS: Readonly<Record<string, (locale: Locale) => Report>> = {
  request: (locale) => requestReportView(view, options(locale)),
  'rejected request': (locale) => requestReportView(rejected(), options(locale)),
  'broken glass': (locale) => brokenGlassView(view, options(locale)),
  lock: (locale) => lockedView(lock, undefined, { locale, hasButtons: true }),
  'a refusal by a lock': (locale) =>
    refusalView([{ code: 'target_locked', facts: { by: 'bob', since: AT, reason: WORDS } }], locale),
  'a refusal that names a file': (locale) =>
    refusalView([{ code: 'artefact_missing', facts: { name: WORDS, folder: '/staging' } }], locale),
  history: (locale) =>
    historyView(
      { strategy: 's', target: 'live' },
      { lines: [line], hasNewer: false, hasOlder: false },
      { locale, showIds: false },
    ),
};

const textsOf = (value: unknown): readonly string[] => {
  if (Array.isArray(value)) return value.flatMap(textsOf);
  if (typeof value !== 'object' || value === null) return [];
  const { text, type } = value as { text?: unknown; type?: unknown };
  const own = type === 'mrkdwn' && typeof text === 'string' ? [text] : [];
  return [...own, ...Object.values(value).flatMap(textsOf)];
};

describe.each(LOCALES)('%s', (locale) => {
  test.each(Object.keys(REPORTS))('what a person typed stands quoted, on one line: %s', (name) => {
    const report = REPORTS[name]?.(locale);
    if (report === undefined) throw new Error(name);
    expect(messageFaults(report.blocks)).toEqual([]);
    const texts = textsOf(report.blocks);
    expect(texts.join()).toContain('EVIL');
    for (const text of texts) {
      // A code span ends at a line's end.
      expect(text.replaceAll(/`[^`\n]*`/g, '')).not.toContain('EVIL');
      expect(text).not.toMatch(/<!channel>|[\u2028\u2029\u0085\u202e\u2066\u200f]/);
    }
    for (const shown of terminalText(report)
      .split('\n')
      .filter((one) => one.includes('EVIL')))
      expect(shown.replaceAll(/`[^`]*`/g, '')).not.toContain('EVIL');
  });
});

test('an account of a terminal has a name, and no signs', () => {
  const name = 'x *EVIL*\n✓ `EVIL` <!channel>';
  const requestedBy = { id: 'x', name, surface: 'terminal' } as const;
  const request = { ...view.request, requestedBy };
  const report = requestReportView({ ...view, request }, options('en'));
  expect(textsOf(report.blocks)).toContainEqual(
    expect.stringMatching(/^asked for by x EVIL EVIL channel · /),
  );
  expect(report.text).toContain('by x EVIL EVIL channel');
});

test('short words stay as they are', () => {
  expect(typed('better <loss>, 2 & more')).toBe('`better &lt;loss&gt;, 2 &amp; more`');
  expect(typed('因为 更好')).toBe('`因为 更好`');
  expect(typed('')).toBe('` `');
});
