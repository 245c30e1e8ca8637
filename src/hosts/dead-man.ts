import { dirname } from 'node:path';
import { z } from 'zod';

/**
 * The dead man: a timer of the host's own that sets the flag to off and restarts the service at a release's deadline. It
 * needs no bot, no database and no network, and is disarmed by whoever has seen the release to its end.
 */

/** Which release's it is. A host's name is that of the targets file. */
interface DeadManOf {
  readonly strategy: string;
  readonly target: string;
  readonly host: string;
  readonly releaseId: string;
}

/** What it does when its time has come. */
export interface DeadManDuty {
  readonly releaseId: string;
  /** The variable of the flag, in full, and its word for off. */
  readonly flag: string;
  readonly off: string;
  /** The environment file that the bot writes. */
  readonly file: string;
  /** Those that win over it: changed only where they set the flag. */
  readonly laterFiles: readonly string[];
  /** Where it leaves word of what it did. */
  readonly markPath: string;
}

export interface DeadManOrder {
  /** Of `deadManName`. Arming it again with the same `until` changes nothing, with another one it replaces. */
  readonly name: string;
  /** From now, by a clock that no step moves. */
  readonly afterMs: number;
  /** The release's deadline, RFC 3339: says which arming this is, and sets no clock. */
  readonly until: string;
  /** undefined: it does nothing, as a trial. */
  readonly duty: DeadManDuty | undefined;
}

/** `until` is left out where the host does not tell. */
export type DeadManState =
  | { readonly kind: 'none' }
  | { readonly kind: 'armed'; readonly until?: string | undefined }
  /** Its time has come, and it is at work. */
  | { readonly kind: 'acting' };

const A_DAY_MS = 86_400_000;

/** One that does nothing, by which a host shows that it holds one. @param id makes its name unlike all others */
export const deadManTrial = (id: string): DeadManOrder => ({
  name: `lobml-dead-man-trial-${id}`,
  afterMs: A_DAY_MS,
  until: 'trial',
  duty: undefined,
});

/** Also the name of a unit of systemd, and of a file. */
export function deadManName({ strategy, target, host, releaseId }: DeadManOf): string {
  const words = [strategy, target, host].map((word) => word.replace(/[^\w.-]/g, '_').slice(0, 40));
  return ['lobml-dead-man', ...words, releaseId].join('-');
}

/** Beside the environment file, where the bot may read. */
export const deadManMarkPath = (writtenFile: string, name: string): string =>
  `${dirname(writtenFile).replace(/\/$/, '')}/.${name}`;

const DEAD_MAN_DEEDS = [
  /** It has begun. */
  'acting',
  /** The flag is off in the files; the running process shows it, or nothing ran and nothing was started. */
  'off',
  /** The service is stopped: a file could not be changed, or no process with the flag off was seen. */
  'stopped',
  /** Neither was possible until now; it goes on trying. */
  'failed',
] as const;

const markSchema = z.object({
  release: z.string(),
  state: z.enum(DEAD_MAN_DEEDS),
  /** Seconds since 1970, by the host's clock. */
  at: z.number(),
});
export type DeadManMark = z.infer<typeof markSchema>;

/** What stands in the file that it left; undefined: nothing that can be read. */
export function parseDeadManMark(bytes: Uint8Array): DeadManMark | undefined {
  try {
    return markSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch {
    return undefined;
  }
}
