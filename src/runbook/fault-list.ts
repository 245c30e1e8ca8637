import type { ConfigurationSentence } from '../domain/sentence.js';
import { type ConfigurationFault, faultOfError } from './configuration-fault.js';
import type { Path } from './what-stands.js';
import type { FaultAt } from './yaml-document.js';

interface PlaceInText {
  /** undefined: the text stands in the file itself. */
  readonly file: string | undefined;
  readonly text: string;
  /** Within the text, 1-based. */
  readonly line: number | undefined;
}

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

  /** A fault within a longer text, which stands in a file of its own or in this one. */
  addWithin(path: Path, fault: ConfigurationSentence, { file, text, line }: PlaceInText): undefined {
    const told = this.#faultAt(path, fault, text);
    // A text of one line stands beside its key, a longer one below it.
    const below = text.includes('\n') ? (line ?? 0) : 0;
    this.faults.push(
      ...told.map((known) =>
        file === undefined
          ? { ...known, line: known.line === undefined ? undefined : known.line + below }
          : { ...known, file, line: line ?? 1 },
      ),
    );
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
