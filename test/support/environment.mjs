import { AsyncLocalStorage } from 'node:async_hooks';
import { TestEnvironment } from 'jest-environment-node';

/** Those that the present test file has entered. */
const entered = new Set();

const { run } = AsyncLocalStorage.prototype;
AsyncLocalStorage.prototype.run = function (...parameters) {
  entered.add(this);
  return run.apply(this, parameters);
};

/**
 * Jest makes an `AsyncLocalStorage` for each test file and leaves it enabled. Before Node 24 every promise carries
 * the store of each one that is enabled: the fortieth file of a worker is slowed by the thirty-nine before it.
 */
export default class LeanEnvironment extends TestEnvironment {
  async teardown() {
    await super.teardown();
    for (const storage of entered) storage.disable();
    entered.clear();
  }
}
