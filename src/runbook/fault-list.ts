import type { ConfigurationFault } from './configuration-fault.js';
import type { Path } from './what-stands.js';
import type { FaultAt } from './yaml-document.js';

/** Collects what is wrong in a file, and lets its reader go on so that all faults are found at once. */
export class FaultList {
  readonly faults: ConfigurationFault[] = [];
  readonly #faultAt: FaultAt;

  constructor(faultAt: FaultAt) {
    this.#faultAt = faultAt;
  }

  /** @param chinese of a sentence that `chineseFault` does not know. */
  add(path: Path, message: string, chinese?: string): undefined {
    this.faults.push(...this.#faultAt(path, message, chinese));
    return undefined;
  }

  /** undefined where it threw: the error's message is the fault. */
  attempt<T>(path: Path, compile: () => T): T | undefined {
    try {
      return compile();
    } catch (error) {
      return this.add(path, error instanceof Error ? error.message : String(error));
    }
  }

  /** The same for a part that need not be there. */
  optional<S, T>(source: S | undefined, path: Path, compile: (source: S) => T): T | undefined {
    return source === undefined ? undefined : this.attempt(path, () => compile(source));
  }
}
