import { describe, expect, test } from '@jest/globals';
import { LOCALES } from '../../src/domain/localized.js';
import type { Promotion, Soak } from '../../src/domain/promotion.js';
import { refuseUnlessPromoted } from '../../src/release/promotion.js';
import { promotionBlocks, promotionUnderWay } from '../../views/promotion.js';
import { refusalAsText } from '../../views/release-sentence.js';

const soak: Soak = {
  sha256: 'ab',
  name: 'lob_tcn_5m_1130',
  isConfirmed: true,
  setback: undefined,
  hours: 9.56,
  entries: 31,
};
const promotion = (changes: Partial<Soak> = {}, more: Partial<Promotion> = {}): Promotion => ({
  from: 'dryrun',
  hours: 24,
  entries: 50,
  soaks: [{ ...soak, ...changes }],
  unknown: undefined,
  ...more,
});
const told = (value: Promotion | undefined, locale: (typeof LOCALES)[number] = 'en') =>
  JSON.stringify(promotionBlocks(value, locale));
const refusalText = (value: Promotion) => {
  const refusal = refuseUnlessPromoted(value)?.refusal;
  return refusal && refusalAsText(refusal, 'en');
};

describe('how far a model is', () => {
  test('in hours and entries, with a tick where it is enough', () => {
    expect(told(promotion())).toContain(
      '⏳ *Promotion*  lob_tcn_5m_1130: 9.5 of 24 h, 31 of 50 entries on dryrun',
    );
    expect(told(promotion({ hours: 24, entries: 50 }))).toContain(
      '✓ *Promotion*  lob_tcn_5m_1130: 24 of 24 h',
    );
    expect(told(undefined)).toBe('[]');
  });

  test('what was never confirmed there, what spoke against it, and what nobody knows', () => {
    expect(told(promotion({ isConfirmed: false }))).toContain('lob_tcn_5m_1130: never confirmed on dryrun');
    const noGo = { kind: 'no_go', at: '2026-03-01T12:00:00.000Z', run: 'verify' } as const;
    expect(told(promotion({ isConfirmed: false, setback: noGo }))).toMatch(
      /of dryrun said NO-GO .*1772366400/,
    );
    const back = { kind: 'rolled_back', at: '2026-03-01T12:00:00.000Z', run: undefined } as const;
    expect(told(promotion({ isConfirmed: false, setback: back }))).toContain('rolled back on dryrun');
    expect(told(promotion({}, { soaks: [], unknown: 'timeout' }))).toMatch(
      /dryrun cannot be told now \(timeout\)/,
    );
    expect(told(promotion({}, { soaks: [] }))).toContain(
      'must first have run 24 h on dryrun, with 50 entries',
    );
    expect(JSON.stringify(promotionUnderWay(promotion({}, { soaks: [] }), 'en'))).toContain(
      'no release was confirmed on dryrun yet',
    );
  });

  test.each(LOCALES)('a name that somebody chose can imitate nothing: %s', (locale) => {
    expect(told(promotion({ name: '<!channel> *x*' }), locale)).not.toContain('<!channel>');
  });
});

test('a refusal says what is missing, and what to do', () => {
  expect(refusalText(promotion())).toBe(
    'lob_tcn_5m_1130 has 9.5 of 24 h and 31 of 50 entries on dryrun: let it run on there. Nothing was requested or started; an admin can break the glass.',
  );
  expect(refusalText(promotion({ isConfirmed: false }))).toMatch(
    /^lob_tcn_5m_1130 was never confirmed on dryrun\. It needs 24 h and 50 entries on dryrun first: release it there\./,
  );
  expect(refusalText(promotion({}, { soaks: [], unknown: 'timeout' }))).toMatch(/cannot be told \(timeout\)/);
  // No model at all is none that was promoted.
  expect(refusalText(promotion({}, { soaks: [] }))).toMatch(/cannot be told \(no_model\)/);
  expect(refusalText(promotion({ hours: 24, entries: 50 }))).toBeUndefined();
});
