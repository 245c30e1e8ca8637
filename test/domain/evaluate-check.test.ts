import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Observation } from '../../src/checks/context/observation.js';
import type { ObservedRow } from '../../src/domain/check-run.js';
import { evaluateCheck } from '../../src/domain/evaluate-check.js';
import type { Reason } from '../../src/domain/reason.js';
import { createConditionCompiler } from '../../src/runbook/conditions.js';

const conditions = createConditionCompiler({});
type Judged = Parameters<typeof evaluateCheck>[0];

/** Good below 10, bad from 60, a warning from 5. */
function check(changes: Partial<Judged> = {}): Judged {
  return {
    pass: conditions.compile('rows.all(r, r.lag < 10)'),
    warn: conditions.compile('rows.exists(r, r.lag >= 5)'),
    fail: conditions.compile('rows.exists(r, r.lag >= 60)'),
    expectKeys: undefined,
    noData: 'inconclusive',
    isWrongRow: conditions.compileRowPredicate('r.lag >= 10'),
    ...changes,
  };
}

const seen = (rows: readonly ObservedRow[], gaps: readonly Reason[] = []): Observation => ({
  rows,
  gaps,
  evidence: { probe: 'sql' },
  observedAt: '2026-01-01T00:00:00.000Z',
});
const outcomeOf = (rows: readonly ObservedRow[], changes?: Partial<Judged>, gaps?: readonly Reason[]) => {
  const { outcome, reason } = evaluateCheck(check(changes), seen(rows, gaps));
  return [outcome, reason.code];
};

const unreachable: Reason = { code: 'host_error', facts: { host: 'live-2', code: 'unreachable' } };
const stopped: Reason = { code: 'service_stopped', facts: { hosts: ['live-2'] } };
const symbols = (missing: 'fail' | 'inconclusive') => ({
  expectKeys: { column: 'symbol', values: ['BTC', 'ETH'], missing },
});

describe('the table of outcomes', () => {
  test.each([
    ['fail holds', [{ lag: 60 }], ['FAIL', 'failure_holds']],
    ['fail holds in one row of several', [{ lag: 1 }, { lag: 99 }], ['FAIL', 'failure_holds']],
    ['pass holds', [{ lag: 1 }], ['PASS', 'conditions_hold']],
    ['pass and warn hold', [{ lag: 1 }, { lag: 5 }], ['WARN', 'warning_holds']],
    ['neither holds', [{ lag: 20 }], ['INCONCLUSIVE', 'neither_holds']],
    ['a column is missing', [{ other: 1 }], ['ERROR', 'condition_error']],
    ['a value is null', [{ lag: null, symbol: 'BTC' }], ['ERROR', 'condition_error']],
    ['a value is no number', [{ lag: 'abc' }], ['ERROR', 'condition_error']],
    ['no row', [], ['INCONCLUSIVE', 'no_data']],
    ['an aggregate over nothing', [{ lag: null, count: null }], ['INCONCLUSIVE', 'no_data']],
    ['empty texts', [{ lag: '' }], ['INCONCLUSIVE', 'no_data']],
    ['an empty list', [{ lag: [] }], ['INCONCLUSIVE', 'no_data']],
    ['an empty record', [{ lag: {} }], ['INCONCLUSIVE', 'no_data']],
    ['a list of nothing', [{ lag: [null, '', { x: null }] }], ['INCONCLUSIVE', 'no_data']],
    ['a row that says that it has no fault', [{ lag: 1, fault: false }], ['PASS', 'conditions_hold']],
    ['a row that says that it has one', [{ lag: 1, fault: true }], ['FAIL', 'faulty_rows']],
    ['a row that its probe calls wrong', [{ lag: 1, fault: 'empty' }], ['FAIL', 'faulty_rows']],
  ])('%s', (_name, rows: ObservedRow[], expected) => {
    expect(outcomeOf(rows)).toEqual(expected);
  });

  test.each([
    ['rows.filter(r, r.kind == "x").all(r, r.lag < 10)', [{ lag: 1, kind: 'y' }]],
    [
      'rows.filter(r, r.kind == "x").exists(r, r.lag < 10) || rows.filter(r, r.kind == "x").all(r, true)',
      [{ lag: 1, kind: 'y' }],
    ],
    ['!rows.filter(r, r.kind == "x").exists(r, r.lag > 10)', [{ lag: 1, kind: 'y' }]],
    ['!rows.filter(r, r.kind == "x").exists_one(r, r.lag > 10)', [{ lag: 1, kind: 'y' }]],
    ['rows.all(r, r.orders.all(o, o.ok))', [{ lag: 1, orders: [] }]],
    [
      'rows.all(r, r.orders.all(o, o.ok))',
      [
        { lag: 1, orders: [{ ok: true }] },
        { lag: 1, orders: [] },
      ],
    ],
    ['rows.all(r, r.meta.all(k, k != "bad"))', [{ lag: 1, meta: {} }]],
    ['rows.all(r, r.orders != ["bad"])', [{ lag: 1, orders: [] }]],
    ['rows.all(r, !("bad" in r.orders))', [{ lag: 1, orders: [] }]],
    ['rows.all(r, !("bad" in r.meta))', [{ lag: 1, meta: {} }]],
    ['cel.bind(bad, rows.filter(r, r.lag > 10), bad.all(r, false))', [{ lag: 1 }]],
  ])('what a condition leaves nothing of is no data: %s', (source, rows: ObservedRow[]) => {
    const pass = conditions.compile(source);
    expect(outcomeOf(rows, { pass, warn: undefined })).toEqual(['INCONCLUSIVE', 'no_data']);
    expect(outcomeOf(rows, { pass, warn: undefined, noData: 'fail' })).toEqual(['FAIL', 'no_data']);
    const never = conditions.compile('rows.size() > 1000');
    const yes = conditions.compile('true');
    const outcomes = outcomeOf(rows, { pass: yes, fail: pass, warn: undefined });
    expect(outcomes).not.toContain('PASS');
    expect(outcomeOf(rows, { pass: yes, fail: never, warn: pass })).not.toContain('PASS');
  });

  test.each([
    'rows.filter(r, r.lag > 10).size() == 0',
    'rows.filter(r, r.lag > 10).size() == 0 || rows.filter(r, r.lag > 10).all(r, false)',
    'rows.all(r, r.orders == [])',
    'rows.all(r, r.meta == {} && [] == r.orders)',
  ])('a condition may ask for emptiness itself: %s', (source) => {
    const pass = conditions.compile(source);
    expect(outcomeOf([{ lag: 1, orders: [], meta: {} }], { pass, warn: undefined })).toEqual([
      'PASS',
      'conditions_hold',
    ]);
  });

  test.each([
    // What is certain is said, whatever else is empty.
    ['rows.filter(r, r.kind == "x").exists(r, r.lag > 9) || rows.exists(r, r.lag >= 1)', 'FAIL'],
    ['rows.exists(r, r.lag >= 1) || rows.filter(r, r.kind == "x").exists(r, r.lag > 9)', 'FAIL'],
    // Nobody knows how late rows of a kind are that has none: no PASS.
    ['rows.filter(r, r.kind == "x").exists(r, r.lag > 9)', 'INCONCLUSIVE'],
    // A row that is not there is none of the wrong ones, where the condition asks all rows for it.
    ['rows.exists(r, r.kind == "x" && r.lag > 9)', 'PASS'],
    ['rows.filter(r, r.kind == "x" && r.lag > 9).size() > 0', 'PASS'],
    [
      'rows.filter(r, r.kind == "x").size() > 0 && rows.filter(r, r.kind == "x").exists(r, r.lag > 9)',
      'PASS',
    ],
  ])('a `fail` of an empty list: %s is %s', (source, outcome) => {
    expect(outcomeOf([{ lag: 1, kind: 'y' }], { fail: conditions.compile(source) })[0]).toBe(outcome);
  });

  test('a missing key hides no other that is wrong, nor a host that did not answer', () => {
    const rows = [
      { symbol: 'BTC', lag: 99 },
      { symbol: 'SOL', lag: 1 },
    ];
    for (const missing of ['fail', 'inconclusive'] as const) {
      const seenOf = evaluateCheck(check(symbols(missing)), seen(rows, [unreachable]));
      const codes = [seenOf.reason, ...seenOf.besides].map(({ code }) => code);
      expect(seenOf.outcome).toBe('FAIL');
      expect(codes.sort()).toEqual(
        missing === 'fail' ? ['host_error', 'keys_missing'] : ['failure_holds', 'host_error', 'keys_missing'],
      );
      expect(missing === 'fail' ? seenOf.alsoWrong : seenOf.telling).toEqual([rows[0]]);
    }
    const faulty = evaluateCheck(check(symbols('fail')), seen([...rows, { symbol: 'X', fault: 'empty' }]));
    expect(faulty).toMatchObject({
      reason: { code: 'faulty_rows' },
      besides: [{ code: 'keys_missing' }],
      alsoWrong: [rows[0]],
    });
  });

  test('no data fails where the check says so', () => {
    expect(outcomeOf([], { noData: 'fail' })).toEqual(['FAIL', 'no_data']);
  });

  test.each([
    ['a host did not answer', unreachable, 'ERROR'],
    ['a service is stopped', stopped, 'INCONCLUSIVE'],
  ])('%s: what the others show may fail, but not pass', (_name, gap, outcome) => {
    expect(outcomeOf([{ lag: 1 }], {}, [gap])).toEqual([outcome, gap.code]);
    expect(outcomeOf([], {}, [gap])).toEqual([outcome, gap.code]);
    expect(outcomeOf([], { noData: 'fail' }, [gap])).toEqual([outcome, gap.code]);
    expect(outcomeOf([{ lag: 60 }], {}, [gap])).toEqual(['FAIL', 'failure_holds']);
  });

  test('of several gaps what did not answer decides, and all stopped hosts are named', () => {
    const alsoStopped: Reason = { code: 'service_stopped', facts: { hosts: ['live-3'] } };
    expect(outcomeOf([{ lag: 1 }], {}, [stopped, unreachable])).toEqual(['ERROR', 'host_error']);
    const { reason } = evaluateCheck(check(), seen([{ lag: 1 }], [stopped, alsoStopped]));
    expect(reason.facts).toEqual({ hosts: ['live-2', 'live-3'] });
  });

  test('what was expected and is missing is named', () => {
    const { outcome, reason } = evaluateCheck(check(symbols('fail')), seen([{ symbol: 'BTC', lag: 1 }]));
    expect({ outcome, reason }).toEqual({
      outcome: 'FAIL',
      reason: { code: 'keys_missing', facts: { missing: ['ETH'] } },
    });
  });

  test('what is missing may leave the rest open, and does not hide a failure', () => {
    expect(outcomeOf([{ symbol: 'BTC', lag: 1 }], symbols('inconclusive'))).toEqual([
      'INCONCLUSIVE',
      'keys_missing',
    ]);
    expect(outcomeOf([{ symbol: 'BTC', lag: 60 }], symbols('inconclusive'))).toEqual([
      'FAIL',
      'failure_holds',
    ]);
    expect(outcomeOf([], symbols('inconclusive'))).toEqual(['INCONCLUSIVE', 'keys_missing']);
  });
});

describe('the rows that a message speaks of', () => {
  const telling = (rows: readonly ObservedRow[]) => evaluateCheck(check(), seen(rows)).telling;

  test('the wrong ones, where there are any', () => {
    expect(telling([{ lag: 1 }, { lag: 60 }, { lag: 20 }])).toEqual([{ lag: 60 }, { lag: 20 }]);
  });
  test('one that cannot be judged is worth showing', () => {
    expect(telling([{ lag: 1 }, { lag: null }])).toEqual([{ lag: null }]);
  });
  test('all of them, where all is well', () => {
    expect(telling([{ lag: 1 }, { lag: 2 }])).toEqual([{ lag: 1 }, { lag: 2 }]);
  });
  test('the faulty ones, where a probe calls rows wrong', () => {
    expect(telling([{ lag: 60 }, { lag: 1, fault: 'empty' }])).toEqual([{ lag: 1, fault: 'empty' }]);
  });
});

describe('for any rows', () => {
  const lag = fc.oneof(fc.integer({ min: -10, max: 100 }), fc.constantFrom(null, '', 'abc', true));
  const row = fc.record({ symbol: fc.constantFrom('BTC', 'ETH', null), lag }, { requiredKeys: [] });
  const gap = fc.constantFrom(unreachable, stopped);
  const always = conditions.compile('true');
  const never = conditions.compile('false');

  test('without rows, or with a gap, nothing passes', () => {
    fc.assert(
      fc.property(fc.array(row), fc.array(gap), (rows, gaps) => {
        const lenient = { pass: always, fail: never, warn: undefined };
        const [outcome] = outcomeOf(rows, lenient, gaps);
        const measured = rows.some((each) =>
          Object.values(each).some((value) => value !== null && value !== ''),
        );
        if (!measured || gaps.length > 0) expect(['PASS', 'WARN']).not.toContain(outcome);
        else expect(outcome).toBe('PASS');
      }),
    );
  });

  test('where fail holds, nothing else decides', () => {
    fc.assert(
      fc.property(fc.array(row), fc.array(gap), (rows, gaps) => {
        const [outcome] = outcomeOf(rows, { pass: always, fail: always }, gaps);
        const measured = rows.some((each) =>
          Object.values(each).some((value) => value !== null && value !== ''),
        );
        expect(outcome === 'FAIL').toBe(measured);
      }),
    );
  });

  test('a lag that is null, no number or too large is never good', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1 }), (rows) => {
        const isGood = rows.every((each) => typeof each.lag === 'number' && each.lag < 10);
        const [outcome] = outcomeOf(rows);
        if (!isGood) expect(['PASS', 'WARN']).not.toContain(outcome);
        if (rows.some((each) => typeof each.lag === 'number' && each.lag >= 60)) expect(outcome).toBe('FAIL');
      }),
    );
  });

  test('a missing key is never a pass', () => {
    fc.assert(
      fc.property(
        fc.array(row),
        fc.constantFrom('fail' as const, 'inconclusive' as const),
        (rows, missing) => {
          const [outcome] = outcomeOf(rows, {
            ...symbols(missing),
            pass: always,
            fail: never,
            warn: undefined,
          });
          const isComplete = ['BTC', 'ETH'].every((symbol) => rows.some((each) => each.symbol === symbol));
          expect(outcome === 'PASS').toBe(isComplete);
        },
      ),
    );
  });

  test('a condition that cannot be evaluated is an ERROR, never an exception', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1 }), (rows) => {
        expect(() =>
          outcomeOf(rows, { pass: conditions.compile('rows.all(r, r.absent.deep > 1)') }),
        ).not.toThrow();
      }),
    );
  });
});
