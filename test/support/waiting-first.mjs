import { readFileSync } from 'node:fs';
import TestSequencer from '@jest/test-sequencer';

/** What a file's tests drive: the earlier here, the longer they wait for it, and the less they compute. */
const WAITED_FOR = [
  /\b(?:startDemo|beginDemo|useDemo)\(/,
  /\bcreateHaltingBench\(/,
  /\b(?:createTradingHosts|createEngineSetting)\(/,
];

/** Files that mostly wait begin first, so that the last ones to end leave no core idle. */
export default class WaitingFirst extends TestSequencer {
  sort(tests) {
    const ranked = super.sort(tests).map((test) => ({ test, rank: rankOf(test.path) }));
    return ranked.sort((one, other) => one.rank - other.rank).map(({ test }) => test);
  }
}

function rankOf(path) {
  const text = readFileSync(path, 'utf8');
  const found = WAITED_FOR.findIndex((pattern) => pattern.test(text));
  return found === -1 ? WAITED_FOR.length : found;
}
