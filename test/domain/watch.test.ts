import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Outcome } from '../../src/domain/outcome.js';
import type { Verdict } from '../../src/domain/verdict.js';
import {
  type AfterLooks,
  lookOf,
  MOST_IN_A_ROW,
  NOTHING_SEEN,
  nextLookAt,
  type WatchLook,
  type WatchState,
  withLook,
} from '../../src/domain/watch.js';
import { haltOf } from '../../src/domain/watch-halt.js';
import { aCheck, aRun } from '../support/runs.js';

const AFTER: AfterLooks = { tell: 2, call: 2, halt: 3, well: 3 };
const at = (minute: number) => new Date(Date.UTC(2026, 2, 1, 12, minute)).toISOString();

const look = (verdict: Verdict, minute: number, failing: readonly string[] = []): WatchLook => ({
  at: at(minute),
  verdict,
  runIds: [],
  troubles: lookOf([aRun({ checks: failing.map((id) => aCheck(id, { outcome: 'FAIL' })) })], at(minute))
    .troubles,
});

/** G, W, H, N: the verdicts of the looks, a minute apart. */
const LETTER: Readonly<Record<string, Verdict>> = { G: 'GO', W: 'GO_WITH_WARNINGS', H: 'HOLD', N: 'NO_GO' };
const watched = (letters: string, after: AfterLooks = AFTER, from: WatchState = NOTHING_SEEN): WatchState =>
  [...letters].reduce(
    (state, letter, minute) => withLook(state, look(LETTER[letter] ?? 'HOLD', minute), after),
    from,
  );

test('looks that were missed are no row: what was seen before a gap counts for no rung', () => {
  const every = 60_000;
  const first = withLook(NOTHING_SEEN, look('NO_GO', 0, ['a']), AFTER, every);
  const late = withLook(first, look('NO_GO', 3, ['a']), AFTER, every);
  expect(late).toMatchObject({ verdict: null, looks: [{ at: at(3) }] });
  expect(withLook(late, look('NO_GO', 5, ['a']), AFTER, every)).toMatchObject({
    verdict: 'NO_GO',
    since: at(3),
  });
});

describe('which verdict counts', () => {
  test.each<[looks: string, verdict: Verdict | null, since: number | null]>([
    ['', null, null],
    ['G', 'GO', 0],
    ['N', null, null],
    ['GN', 'GO', 0],
    ['GNN', 'NO_GO', 1],
    ['GNGN', 'GO', 0],
    ['GHN', 'HOLD', 1],
    ['GHNN', 'NO_GO', 2],
    ['GNH', 'HOLD', 1],
    ['GNNG', 'NO_GO', 1],
    ['GNNGG', 'NO_GO', 1],
    ['GNNGGG', 'GO', 3],
    ['GNNGGNGG', 'NO_GO', 1],
    ['GNNHGG', 'HOLD', 3],
    ['GNNHGGGG', 'GO', 4],
    ['WW', 'GO_WITH_WARNINGS', 0],
    ['GWGWGW', 'GO', 0],
  ])('%s: %s', (looks, verdict, since) => {
    const state = watched(looks);
    expect([state.verdict, state.since]).toEqual([verdict, since === null ? null : at(since)]);
  });

  test('a flapping check changes nothing, in either direction', () => {
    expect(watched('GNGNGNGNGN').verdict).toBe('GO');
    expect(watched('GNNGNGNGNGN')).toMatchObject({ verdict: 'NO_GO', since: at(1) });
  });

  test('each rung has its own patience', () => {
    const after = { ...AFTER, tell: 1, call: 4 };
    expect(watched('GNNN', after).verdict).toBe('HOLD');
    expect(watched('GNNNN', after)).toMatchObject({ verdict: 'NO_GO', since: at(1) });
  });

  test('never better than the newest looks and never worse than the worst of them, whatever comes', () => {
    const rank = (verdict: Verdict) => ['GO', 'GO_WITH_WARNINGS', 'HOLD', 'NO_GO'].indexOf(verdict);
    const verdicts = fc.array(fc.constantFrom('G', 'W', 'H', 'N'), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(verdicts, (letters) => {
        const { verdict, looks } = watched(letters.join(''));
        expect(looks.length).toBeLessThanOrEqual(MOST_IN_A_ROW);
        if (verdict === null) return;
        const newest = letters.slice(-2).map((letter) => rank(LETTER[letter] ?? 'HOLD'));
        if (newest.length === 2) expect(rank(verdict)).toBeGreaterThanOrEqual(Math.min(...newest));
        const all = letters.map((letter) => rank(LETTER[letter] ?? 'HOLD'));
        expect(rank(verdict)).toBeLessThanOrEqual(Math.max(...all));
      }),
    );
  });
});

test('a look holds what did not pass of all its runs, the worst first, and nothing of shadow checks', () => {
  const of = (id: string, outcome: Outcome, mode: 'deciding' | 'shadow' = 'deciding') =>
    aCheck(id, { outcome, mode });
  const one = aRun({ verdict: 'GO_WITH_WARNINGS', checks: [of('a', 'PASS'), of('b', 'WARN')] });
  const two = aRun({
    verdict: 'NO_GO',
    checks: [of('c', 'ERROR'), of('d', 'FAIL'), of('e', 'FAIL', 'shadow')],
  });
  const seen = lookOf([one, two], at(1));
  expect(seen).toMatchObject({ verdict: 'NO_GO', runIds: [one.runId, two.runId] });
  expect(seen.troubles.map(({ id, outcome }) => `${id} ${outcome}`)).toEqual(['d FAIL', 'c ERROR', 'b WARN']);
});

test('nobody has looked: no run is no GO', () => {
  expect(lookOf([], at(1)).verdict).toBe('HOLD');
});

describe('a halt by the watch', () => {
  const rules = { halt: ['a', 'b'], after: { halt: 3 }, perDay: 1 };
  const now = new Date(at(30));
  const failing = (...looks: (readonly string[])[]) => ({
    looks: looks.map((ids, minute) => look('NO_GO', minute, ids)),
  });

  test('needs the same listed check to fail in each of the newest looks', () => {
    expect(haltOf(failing(['a'], ['a'], ['a']), rules, [], now)).toMatchObject({
      kind: 'halt',
      evidence: { troubles: [{ id: 'a' }], looks: 3, since: at(0) },
    });
    expect(haltOf(failing(['a'], ['a']), rules, [], now)).toBeUndefined();
    expect(haltOf(failing(['a'], ['b'], ['a']), rules, [], now)).toBeUndefined();
    expect(haltOf(failing(['c'], ['c'], ['c']), rules, [], now)).toBeUndefined();
    expect(haltOf(failing(['a'], ['a'], ['a']), { ...rules, halt: [] }, [], now)).toBeUndefined();
  });

  test.each<Outcome>(['ERROR', 'INCONCLUSIVE', 'SKIPPED', 'WARN'])('never by %s', (outcome) => {
    const { looks } = failing(['a'], ['a'], ['a']);
    const blind = looks.map((one) => ({
      ...one,
      troubles: one.troubles.map((each) => ({ ...each, outcome })),
    }));
    expect(haltOf({ looks: blind }, rules, [], now)).toBeUndefined();
    const mixed = looks.map((one, index) => (index === 1 ? (blind[1] ?? one) : one));
    expect(haltOf({ looks: mixed }, rules, [], now)).toBeUndefined();
  });

  test('at most so often within 24 hours', () => {
    const state = failing(['a'], ['a'], ['a']);
    expect(haltOf(state, rules, [at(0)], now)?.kind).toBe('spent');
    expect(haltOf(state, { ...rules, perDay: 2 }, [at(0)], now)?.kind).toBe('halt');
    expect(haltOf(state, rules, ['2026-02-28T12:29:59.000Z'], now)?.kind).toBe('halt');
    expect(haltOf(state, rules, ['2026-02-28T12:30:01.000Z'], now)?.kind).toBe('spent');
  });
});

test('looks that are late are left out, and the grid stays', () => {
  const due = new Date(at(0));
  const next = (secs: number) =>
    (nextLookAt(due, 60_000, new Date(due.getTime() + secs * 1_000)).getTime() - due.getTime()) / 1_000;
  expect([-5, 0, 1, 59, 60, 61, 600].map(next)).toEqual([60, 60, 60, 60, 120, 120, 660]);
});
