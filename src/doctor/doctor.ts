/** What `doctor` looked at, and how it stands. */
export interface Diagnosis {
  /** e.g. `trading database`, `host live-1`. */
  readonly subject: string;
  readonly state: 'ok' | 'warning' | 'fault';
  /** What was seen. Never a secret. */
  readonly seen: string;
  /** The way out; '' where nothing is wrong. */
  readonly wayOut: string;
}

/** One thing to look at. It may throw: that is a fault of its subject. */
export interface Examination {
  readonly subject: string;
  /** What to do when it fails. */
  readonly wayOut: string;
  examine(): Promise<readonly Diagnosis[]>;
}

export interface Doctor {
  examine(): Promise<readonly Diagnosis[]>;
}

const TIMEOUT_MS = 15_000;

/** Examines everything at once, each within a bound; one failure hides no other. */
export function createDoctor(examinations: readonly Examination[], redact: (text: string) => string): Doctor {
  return {
    async examine() {
      const findings = await Promise.all(
        examinations.map(async (examination): Promise<readonly Diagnosis[]> => {
          const { subject, wayOut } = examination;
          try {
            return await withTimeout(examination.examine());
          } catch (error) {
            const seen = redact(error instanceof Error ? error.message : String(error));
            return [{ subject, state: 'fault', seen, wayOut }];
          }
        }),
      );
      return findings.flat();
    },
  };
}

function withTimeout<T>(work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)), TIMEOUT_MS);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
