/** What a training runs. */
export interface TrainerJob {
  readonly command: readonly string[];
  /** The trainer's own variables; it gets nothing else of the bot's. */
  readonly environment: Readonly<Record<string, string>>;
  /** What its log must not hold, longest first. */
  readonly secrets: readonly string[];
  readonly timeLimitMs: number;
  readonly memoryLimitBytes: number;
}

export interface TrainerExit {
  readonly because: 'exited' | 'cancelled' | 'timed_out' | 'not_started';
  readonly code: number | null;
  readonly signal: string | null;
  readonly detail?: string;
  readonly endedAt: string;
}

/**
 * What stands in a training's folder. `given_up`: it never started, and never will. `lost`: it was started, runs no
 * more, and did not say how it ended.
 */
export type TrainerState =
  | { readonly kind: 'none'; readonly askedAt: Date | undefined }
  | { readonly kind: 'given_up' }
  | { readonly kind: 'running'; readonly pid: number }
  | { readonly kind: 'ended'; readonly exit: TrainerExit }
  | { readonly kind: 'lost' };

/** The machine does not answer, so nobody knows what the trainer does: neither that it runs nor that it does not. */
export class TrainerAway extends Error {
  override readonly name = 'TrainerAway';
  readonly host: string;
  /** When the machine last answered about this training. */
  readonly heardAt: Date | undefined;
  constructor(host: string, heardAt: Date | undefined, cause: unknown) {
    super(`${host} does not answer about a training`, { cause });
    this.host = host;
    this.heardAt = heardAt;
  }
}
