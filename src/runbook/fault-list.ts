import type { ConfigurationSentence } from '../domain/sentence.js';
import { type ConfigurationFault, faultOfError } from './configuration-fault.js';
import type { Path } from './what-stands.js';
import type { FaultAt } from './yaml-document.js';

/** Collects what is wrong in a file, and lets its reader go on so that all faults are found at once. */
export class FaultList {
  readonly faults: ConfigurationFault[] = [];
  readonly #faultAt: FaultAt;

  constructor(faultAt: FaultAt) {
    this.#faultAt = faultAt;
  }

  add(path: Path, fault: ConfigurationSentence): undefined {
    this.faults.push(...this.#faultAt(path, fault));
    return undefined;
  }

  /** undefined where it threw: the error says the fault. */
  attempt<T>(path: Path, compile: () => T): T | undefined {
    try {
      return compile();
    } catch (error) {
      return this.add(path, faultOfError(error));
    }
  }

  /** The same for a part that need not be there. */
  optional<S, T>(source: S | undefined, path: Path, compile: (source: S) => T): T | undefined {
    return source === undefined ? undefined : this.attempt(path, () => compile(source));
  }
}
