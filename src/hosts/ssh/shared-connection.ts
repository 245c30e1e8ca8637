import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** The longest path of a socket (108 with its end), without the 17 that ssh adds while it makes one. */
const MAX_PATH_BYTES = 90;
/** How long a folder that took no socket is left alone. */
const AVOIDED_MS = 30_000;
/** How ssh words that the sharing itself failed. */
const SHARING_FAILED = /mux|unix_listener|control ?(?:path|socket|master)|shared connection/i;

const UNSHARED = { ControlMaster: 'no', ControlPath: 'none' } as const;

/** One way to a host, for one command. */
export interface SshWay {
  /** Settings of ssh. */
  readonly settings: Readonly<Record<string, string>>;
  /** The command may share its connection with others. */
  readonly isShared: boolean;
  /** The socket (its inode) of a connection that stands already, or what is left of one. */
  readonly socket: number | undefined;
}

/** A connection of its own. */
export const unsharedWay: SshWay = { settings: UNSHARED, isShared: false, socket: undefined };

/**
 * The connection that commands to one address share. It makes them quick, and nothing depends on it: wherever its socket
 * cannot be, each command connects by itself.
 */
export class SharedConnection {
  readonly #folder: string;
  readonly #path: string;
  #avoidedUntil = Number.NEGATIVE_INFINITY;

  /** @param words all that the connection depends on: another key is another connection. */
  constructor(folder: string, words: readonly string[]) {
    this.#folder = folder;
    const name = createHash('sha256').update(JSON.stringify(words)).digest('hex').slice(0, 16);
    this.#path = join(folder, name);
  }

  way(): SshWay {
    if (performance.now() < this.#avoidedUntil || Buffer.byteLength(this.#path) > MAX_PATH_BYTES) {
      return unsharedWay;
    }
    if (!isPrivateFolder(this.#folder)) return unsharedWay;
    const settings = {
      ControlMaster: 'auto',
      // In this setting ssh replaces words that begin with a percent sign.
      ControlPath: this.#path.replaceAll('%', '%%'),
      ControlPersist: '60',
    };
    return { settings, isShared: true, socket: this.#socket() };
  }

  /** Which socket stands there now. */
  #socket(): number | undefined {
    try {
      return lstatSync(this.#path).ino;
    } catch {
      return undefined;
    }
  }

  /** It was silent: the next commands make a new one, unless others have made it meanwhile. */
  leave({ socket }: SshWay): void {
    if (socket !== undefined && socket === this.#socket()) rmSync(this.#path, { force: true });
  }

  /** Whether a command that was never begun failed for the sharing's sake, by ssh's own words. */
  hasFailed(stderr: string): boolean {
    if (!SHARING_FAILED.test(stderr)) return false;
    this.#avoidedUntil = performance.now() + AVOIDED_MS;
    return true;
  }
}

/** Made again where a cleaner of temporary files took it away. Whoever else could put a socket there would get every command. */
function isPrivateFolder(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const found = lstatSync(folder);
    return found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o077) === 0;
  } catch {
    return false;
  }
}
