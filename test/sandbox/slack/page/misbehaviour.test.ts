import { expect, test } from '@jest/globals';
import { faultsOf } from '../../../../sandbox/slack/page/panels/faults.js';
import { draftOf, misbehaviourOf } from '../../../../sandbox/slack/page/panels/misbehaviour-draft.js';

test('a form that nobody touched asks for nothing', () => {
  expect(misbehaviourOf(draftOf({}))).toEqual({});
});

test('every fault survives the way through the form, and is told in words', () => {
  const misbehaviour = {
    api: { method: 'chat.update', status: 429 as const, count: 3, retryAfterSecs: 5 },
    apiDelayMs: 200,
    apiLostReplies: { method: '*', count: 1 },
    deliverTimes: 2,
    deliverDelayMs: 4000,
  };
  expect(misbehaviourOf(draftOf(misbehaviour))).toEqual(misbehaviour);
  expect(faultsOf(misbehaviour)).toEqual([
    '429 for the next 3 calls of chat.update, Retry-After 5 s.',
    'The answer is lost for the next call.',
    'Each answer comes 200 ms late.',
    'Each command, click and event is delivered 2 times.',
    'Each delivery comes 4000 ms late.',
  ]);
});

test('a delivery cannot be less than once', () => {
  expect(misbehaviourOf({ ...draftOf({}), deliverTimes: 0 })).toEqual({});
  expect(faultsOf({ deliverTimes: 0 })).toEqual([]);
});

test('faults that are used up are not told', () => {
  expect(faultsOf({ api: { method: '*', status: 500, count: 0 }, deliverTimes: 1 })).toEqual([]);
});
