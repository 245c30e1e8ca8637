import { describe, expect, test } from '@jest/globals';
import type { CheckResult } from '../../src/domain/check-run.js';
import { compileMessage } from '../../src/runbook/message-template.js';
import { runReportView } from '../../views/run-report.js';
import { aCheck, aRun } from '../support/runs.js';

/** What stands in a table, and would be read as the bot's own words, a mention or a moment. */
const HOSTILE =
  'BTC*\n✅ *GO* · <!channel> ⟨2026-01-01T00:00:00Z⟩ `x` _i_ ~s~ :white_check_mark: https://evil.example';

const template = compileMessage(
  '{symbol} is {lag:secs} s late since {at:time}, quoted `{symbol}`: {list}',
  {},
);
const said = template.render({
  symbol: HOSTILE,
  lag: 12.34,
  at: '2026-03-01T11:00:00Z',
  list: [HOSTILE, 'ETHUSDT'],
});

/** The text without its code spans, in which Slack reads no signs. */
const unquoted = (text: string) => text.replaceAll(/`[^`\n]*`/g, '');

function slackTexts(check: Partial<CheckResult>): readonly string[] {
  const report = runReportView(
    aRun({ verdict: 'NO_GO', checks: [aCheck('data.lag', { outcome: 'FAIL', ...check })] }),
    { locale: 'en', stored: true },
  );
  const texts = (value: unknown): readonly string[] => {
    if (typeof value !== 'object' || value === null) return [];
    const own = 'type' in value && value.type === 'mrkdwn' && 'text' in value ? [String(value.text)] : [];
    return [...own, ...Object.values(value).flatMap(texts)];
  };
  return [report.text, ...report.blocks.flatMap(texts)];
}

const ATTACKS: readonly (readonly [string, Partial<CheckResult>])[] = [
  ['a sentence of the runbook', { reason: { code: 'failure_holds' }, says: [{ en: said, 'zh-CN': said }] }],
  ['the facts of a reason', { reason: { code: 'keys_missing', facts: { missing: [HOSTILE] } }, says: [] }],
  [
    'a fault of a row',
    {
      reason: { code: 'faulty_rows' },
      says: [],
      observed: [{ fault: 'not_absolute', host: HOSTILE, raw: HOSTILE, file: HOSTILE, line: 1 }],
    },
  ],
];

describe('a value of a table', () => {
  test.each(ATTACKS)('in %s is no markup, no mention and no moment', (_name, check) => {
    const texts = slackTexts(check);
    expect(texts.some((text) => text.includes('evil.example'))).toBe(true);
    for (const text of texts) {
      expect(text).not.toContain('<!channel>');
      expect(text).not.toContain('00:00:00 UTC');
      const rest = unquoted(text);
      for (const sign of ['*GO*', '✅ ', 'white_check_mark', '_i_', '~s~', 'evil.example'])
        expect(rest).not.toContain(sign);
    }
  });

  test('is written as it is where it holds no sign, and a moment of its own column stays one', () => {
    const fine = {
      symbol: 'BTCUSDT',
      lag: 0,
      at: '2026-03-01T11:00:00Z',
      list: ['LOB_TCN-2', '/opt/a_b/c.onnx'],
    };
    expect(template.render(fine)).toBe(
      'BTCUSDT is 0.0 s late since ⟨2026-03-01T11:00:00Z⟩, quoted `BTCUSDT`: LOB_TCN-2, /opt/a_b/c.onnx',
    );
    expect(compileMessage('{at:time}', {}).render({ at: '2026⟩ <!channel> ⟨2026-03-01T11:00:00Z' })).toBe(
      '`2026› <!channel> ‹2026-03-01T11:00:00Z`',
    );
  });
});

test('the text of a notification is escaped like its blocks', () => {
  const text = runReportView(
    aRun({
      verdict: 'NO_GO',
      checks: [
        aCheck('a', {
          outcome: 'FAIL',
          reason: { code: 'failure_holds' },
          says: [{ en: 'a <!here> & b', 'zh-CN': '' }],
        }),
      ],
    }),
    { locale: 'en', stored: true },
  ).text;
  expect(text).toContain('a &lt;!here&gt; &amp; b');
});
