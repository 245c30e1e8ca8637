import { expect, test } from '@jest/globals';
import { nameBegun } from '../../src/domain/target-named.js';

test.each([
  ['live', 'live'],
  ['LIVE', 'live'],
  ['dr', 'dryrun'],
  ['live-e', 'live-eu'],
  ['liv', undefined],
  ['d', undefined],
  ['', undefined],
  ['prod', undefined],
])('%j names %s', (beginning, name) => {
  expect(nameBegun(beginning, ['live', 'live-eu', 'dryrun'])).toBe(name);
});
