import { expect, test } from '@jest/globals';
import {
  courseOfModel,
  hasSoaked,
  longestQuietSecs,
  soakAsRead,
  type TargetEvent,
} from '../../src/domain/promotion.js';

const at = (hour: number) => `2026-03-01T${String(hour).padStart(2, '0')}:00:00.000Z`;
const confirmed = (hour: number, model = 'm', version = 'v1'): TargetEvent => ({
  kind: 'confirmed',
  at: at(hour),
  sha256s: [model, model],
  version,
});
const began = (hour: number): TargetEvent => ({ kind: 'release_began', at: at(hour) });
const undone = (hour: number): TargetEvent => ({ kind: 'release_undone', at: at(hour) });
const halted = (hour: number, isRolledBack = false): TargetEvent => ({
  kind: 'halted',
  at: at(hour),
  isRolledBack,
});
const noGo = (hour: number): TargetEvent => ({ kind: 'no_go', at: at(hour), run: 'verify' });

const course = (...events: TargetEvent[]) => courseOfModel('m', events);
const spans = (...events: TargetEvent[]) => course(...events).spans.map(({ from, to }) => [from, to]);

test('a model runs from its confirmation on, until a release begins or somebody halts', () => {
  expect(course(confirmed(1))).toEqual({
    spans: [{ from: at(1), to: undefined, version: 'v1' }],
    isConfirmed: true,
    setback: undefined,
  });
  expect(spans(confirmed(1), began(3), confirmed(4, 'other'))).toEqual([[at(1), at(3)]]);
  expect(spans(confirmed(1), halted(2))).toEqual([[at(1), at(2)]]);
  expect(course(confirmed(1), halted(2)).isConfirmed).toBe(true);
});

test('what came before stays when another model is put in its place, and when it comes back', () => {
  expect(spans(confirmed(1), began(3), confirmed(4, 'other'), began(6), confirmed(7))).toEqual([
    [at(1), at(3)],
    [at(7), undefined],
  ]);
});

test('a release that was put back, or cancelled, gives the model back; one that a halt ended does not', () => {
  expect(spans(confirmed(1), began(3), undone(4))).toEqual([
    [at(1), at(3)],
    [at(4), undefined],
  ]);
  expect(spans(confirmed(1), began(3), halted(4), undone(5))).toEqual([[at(1), at(3)]]);
  expect(spans(confirmed(1), halted(2), began(3), undone(4))).toEqual([[at(1), at(2)]]);
  expect(spans(confirmed(1, 'other'), began(3), undone(4))).toEqual([]);
});

test('a NO-GO while it ran takes everything away until it is confirmed again; one of another model takes nothing', () => {
  expect(course(confirmed(1), noGo(2))).toEqual({
    spans: [],
    isConfirmed: false,
    setback: { kind: 'no_go', at: at(2), run: 'verify' },
  });
  expect(spans(confirmed(1), noGo(2), began(3), confirmed(4))).toEqual([[at(4), undefined]]);
  expect(course(confirmed(1), noGo(2), began(3), confirmed(4)).setback).toBeUndefined();
  expect(spans(confirmed(1), noGo(2), began(3), undone(4))).toEqual([]);
  expect(spans(confirmed(1), began(3), confirmed(4, 'other'), noGo(5))).toEqual([[at(1), at(3)]]);
});

test('a model that a halt put back has to be confirmed again', () => {
  expect(course(confirmed(1), halted(2, true))).toMatchObject({
    spans: [],
    isConfirmed: false,
    setback: { kind: 'rolled_back', at: at(2) },
  });
});

test('a model counts only where every host has it, and what nobody knows is no model', () => {
  const mixed = { ...confirmed(1), sha256s: ['m', 'other'] } as TargetEvent;
  expect(course(mixed).isConfirmed).toBe(false);
  expect(course({ ...confirmed(1), sha256s: [] } as TargetEvent).isConfirmed).toBe(false);
  const unknown = { ...confirmed(1), sha256s: [''] } as TargetEvent;
  expect(courseOfModel('', [unknown]).isConfirmed).toBe(false);
});

test('every part is needed: the confirmation, the hours and the entries', () => {
  const policy = { from: 'dryrun', hours: 24, entries: 50 };
  const soak = { sha256: 'm', name: 'm', isConfirmed: true, setback: undefined, hours: 24, entries: 50 };
  expect(hasSoaked(soak, policy)).toBe(true);
  expect(hasSoaked({ ...soak, isConfirmed: false }, policy)).toBe(false);
  expect(hasSoaked({ ...soak, hours: 23.999 }, policy)).toBe(false);
  expect(hasSoaked({ ...soak, entries: 49 }, policy)).toBe(false);
});

test('what lacks is never rounded away, and short times are told in minutes', () => {
  expect(soakAsRead({ hours: 9.56 }, { hours: 24 })).toEqual({ unit: 'h', done: '9.5', wanted: '24' });
  expect(soakAsRead({ hours: 23.999 }, { hours: 24 })).toEqual({ unit: 'h', done: '23.9', wanted: '24' });
  expect(soakAsRead({ hours: 0.01 }, { hours: 0.02 })).toEqual({ unit: 'min', done: '0.6', wanted: '1.2' });
});

test('entries belong together up to an hour, or twice as far as those asked for are apart', () => {
  expect(longestQuietSecs({ from: 'd', hours: 24, entries: 50 })).toBe(3_600);
  expect(longestQuietSecs({ from: 'd', hours: 24, entries: 10 })).toBe(17_280);
});
