import { expect, test } from '@jest/globals';
import type { Verdict } from '../../src/domain/verdict.js';
import { NOTHING_SEEN, type WatchState, withLook } from '../../src/domain/watch.js';
import { callNumberOf, callsOfEpisode } from '../../src/domain/watch-calls.js';
import { episodeAfter, silentEpisode, type WatchEpisode } from '../../src/domain/watch-episode.js';
import { aCheck } from '../support/runs.js';

const AFTER = { tell: 1, call: 1, halt: 3, well: 1 };
const ID = '6b8f8c1e-0000-4000-8000-00000000000';
const momentOf = (minute: number) => new Date(Date.UTC(2026, 2, 1, 12, minute));
const at = (minute: number) => momentOf(minute).toISOString();
const ALICE = { id: 'U0ALICE', name: 'alice', surface: 'slack' } as const;

/** A target under watch, a look a minute unless told. */
function watching(isQuiet: (minute: number) => boolean = () => false) {
  let state: WatchState = NOTHING_SEEN;
  let newest: WatchEpisode | undefined;
  let [ids, minute] = [0, 0];
  return {
    see(verdict: Verdict, troubles: readonly string[] = verdict === 'GO' ? [] : ['a'], later = 1) {
      minute += later;
      const look = {
        at: at(minute),
        verdict,
        runIds: [],
        troubles: troubles.map((id) =>
          aCheck(id, { outcome: 'FAIL', says: [{ en: `${id} at ${minute}`, 'zh-CN': '' }] }),
        ),
      };
      state = withLook(state, look, AFTER);
      const now = momentOf(minute);
      const newId = () => {
        ids += 1;
        return `${ID}${ids}`;
      };
      newest = episodeAfter({
        strategy: 's',
        target: 'live',
        newest,
        state,
        callAfter: AFTER.call,
        isQuiet: isQuiet(minute),
        now,
        newId,
      });
      return newest;
    },
    take: () => {
      if (newest !== undefined)
        newest = {
          ...newest,
          taken: { by: ALICE, at: at(minute), checks: newest.troubles.map(({ id }) => id) },
        };
    },
  };
}

test('who has it has the checks that failed then: another one that fails calls anew, at once', () => {
  const { see, take } = watching();
  see('NO_GO', ['a']);
  take();
  expect(see('NO_GO', ['a'])).toMatchObject({ taken: { by: ALICE }, calledAt: at(1) });
  const anew = see('NO_GO', ['a', 'b']);
  expect(anew).toMatchObject({ taken: null, calledAt: at(3) });
  const call = anew && callsOfEpisode(anew, 5, momentOf(3));
  expect(call?.roles).toHaveLength(1);
  expect(callNumberOf(call?.roles[0] ?? '')).toBe(1);
  take();
  see('NO_GO', ['a']);
  expect(see('NO_GO', ['a', 'b'])).toMatchObject({ taken: { by: ALICE }, calledAt: at(3) });
});

test('while a target is well nothing begins', () => {
  const { see } = watching();
  expect([see('GO'), see('GO')]).toEqual([undefined, undefined]);
});

test('one message follows a target from bad to worse and back, and says since when', () => {
  const { see } = watching();
  see('GO');
  const told = see('HOLD');
  expect(told).toMatchObject({ verdict: 'HOLD', since: at(2), toldAt: at(2), calledAt: null, endedAt: null });
  const called = see('NO_GO', ['a', 'b']);
  expect(called).toMatchObject({
    episodeId: told?.episodeId,
    verdict: 'NO_GO',
    since: at(3),
    calledAt: at(3),
  });
  expect(called?.troubles.map(({ id }) => id)).toEqual(['a', 'b']);
  const ended = see('GO');
  expect(ended).toMatchObject({ episodeId: told?.episodeId, verdict: 'GO', endedAt: at(4), ended: 'well' });
  expect(ended?.changes.map(({ verdict }) => verdict)).toEqual(['HOLD', 'NO_GO', 'GO']);
  expect(ended?.troubles.map(({ id }) => id)).toEqual(['a', 'b']);
});

test('what a check measures moves no message; another check, or another outcome, does', () => {
  const { see } = watching();
  const first = see('NO_GO');
  expect(see('NO_GO')).toBe(first);
  expect(see('NO_GO', ['a', 'b'])).not.toBe(first);
});

test('the same trouble within a quarter of an hour is the same message, and calls nobody who has it', () => {
  const { see, take } = watching();
  const first = see('NO_GO');
  take();
  see('GO');
  expect(see('NO_GO', ['a'], 14)).toMatchObject({
    episodeId: first?.episodeId,
    endedAt: null,
    taken: { by: ALICE },
    calledAt: at(1),
  });
});

test('another trouble, a worse one, and the same one later are messages of their own', () => {
  const other = watching();
  const first = other.see('NO_GO');
  other.see('GO');
  expect(other.see('NO_GO', ['b'])?.episodeId).not.toBe(first?.episodeId);

  const worse = watching();
  const told = worse.see('HOLD');
  worse.see('GO');
  expect(worse.see('NO_GO')?.episodeId).not.toBe(told?.episodeId);

  const later = watching();
  const early = later.see('NO_GO');
  later.see('GO');
  expect(later.see('NO_GO', ['a'], 15)?.episodeId).not.toBe(early?.episodeId);
});

test('in quiet hours nobody is told before they are over, and everybody is called', () => {
  const { see } = watching((minute) => minute < 4);
  expect(see('HOLD')).toMatchObject({ toldAt: null, calledAt: null });
  expect(see('HOLD')?.toldAt).toBeNull();
  expect(see('HOLD', ['a'], 2)).toMatchObject({ toldAt: at(4), calledAt: null });

  const bad = watching(() => true);
  expect(bad.see('NO_GO')).toMatchObject({ toldAt: at(1), calledAt: at(1) });
});

test('who is called is called again, ever more rarely, until somebody has it or it is over', () => {
  const { see, take } = watching();
  const called = see('NO_GO') as WatchEpisode;
  const after = (minutes: number, episode = called) => callsOfEpisode(episode, 5, momentOf(1 + minutes));
  expect(after(0)).toEqual({ roles: [], nextAt: momentOf(6) });
  expect(after(4.9).roles).toEqual([]);
  expect(after(5)).toEqual({ roles: ['call again 1'], nextAt: momentOf(11) });
  // A bot that was away calls once.
  expect(after(61).roles).toEqual(['call again 5']);
  expect(after(120).roles).toEqual(['call again 6']);
  expect(after(100_000).roles).toHaveLength(1);
  expect(after(100_000).nextAt).toBeUndefined();
  expect(callNumberOf('call again 12')).toBe(12);
  expect(callNumberOf('called')).toBeUndefined();
  expect(after(5, { ...called, verdict: 'HOLD' }).roles).toEqual([]);
  take();
  expect(after(5, { ...called, taken: { by: ALICE, at: at(2) } })).toEqual({ roles: [] });
  expect(after(5, see('GO') as WatchEpisode)).toEqual({ roles: [] });
});

test('a watch that does not run calls, whatever it saw last', () => {
  const silent = silentEpisode(
    { strategy: 's', target: 'live' },
    { episodeId: `${ID}1`, since: at(0), verdict: 'GO', now: momentOf(2) },
  );
  expect(silent).toMatchObject({ kind: 'silent', calledAt: at(2), since: at(0) });
  expect(callsOfEpisode(silent, 5, momentOf(7)).roles).toEqual(['call again 1']);
});
