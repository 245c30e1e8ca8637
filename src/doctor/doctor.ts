import type { Diagnosis } from '../domain/diagnosis.js';
import type { Sentence } from '../domain/sentence.js';
import { HostError } from '../hosts/host.js';
import { databaseFaultOf, isAway } from './explain-failure.js';

/** One thing to look at. It may throw: that is a fault of its subject. */
export interface Examination {
  readonly subject: Sentence;
  /** What to do when it fails. */
  readonly wayOut: Sentence;
  examine(): Promise<readonly Diagnosis[]>;
}

export interface Doctor {
  examine(): Promise<readonly Diagnosis[]>;
}

/** What is the same in every language, e.g. a path. */
export const asIs = (text: string): Sentence => ({ code: 'as_is', facts: { text } });

export const ok = (subject: Sentence, seen: Sentence): Diagnosis => ({ subject, state: 'ok', seen });

const TIMEOUT_MS = 15_000;
/** Of each question within an examination. */
export const QUESTION_TIMEOUT_MS = 5_000;

/** Examines everything at once, each within a bound; one failure hides no other. */
export function createDoctor(examinations: readonly Examination[], redact: (text: string) => string): Doctor {
  return {
    async examine() {
      const findings = await Promise.all(
        examinations.map(async (examination): Promise<readonly Diagnosis[]> => {
          const { subject } = examination;
          try {
            return await withTimeout(examination.examine());
          } catch (error) {
            const { seen, wayOut } = told(error, examination, redact);
            const away = error instanceof NoAnswer || isAway(error) ? { isAway: true as const } : {};
            return [{ subject, state: 'fault', seen, wayOut, ...away }];
          }
        }),
      );
      return findings.flat();
    },
  };
}

function told(error: unknown, { wayOut }: Examination, redact: (text: string) => string) {
  if (error instanceof NoAnswer) return { seen: NO_ANSWER, wayOut };
  if (error instanceof HostError)
    return { seen: { code: 'host_seen', facts: { because: error.fault } } as const, wayOut };
  const facts = databaseFaultOf(error);
  if (facts === undefined)
    return { seen: asIs(redact(error instanceof Error ? error.message : String(error))), wayOut };
  const seen: Sentence = { code: 'database_seen', facts };
  const mend: Sentence = { code: 'do_mend_database', facts };
  return { seen, wayOut: mend };
}

const NO_ANSWER: Sentence = { code: 'no_answer_within', facts: { seconds: TIMEOUT_MS / 1000 } };

class NoAnswer extends Error {}

function withTimeout<T>(work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const fail = () => reject(new NoAnswer());
    const timer = setTimeout(fail, TIMEOUT_MS);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
