import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { open, readdir, rm, stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { execa } from 'execa';
import { giveToOwnerOf, makeOwnFolder } from './own-as.js';
import { isSamePlace, isSameProcessAlive } from './process-identity.js';

/** A lock that the kernel holds for a process, and lets go of with it. */
interface ProcessLock {
  /** Resolves when it is held, or cannot be. */
  readonly tried: Promise<void>;
  release(): Promise<void>;
}

const FLOCK = 'flock';
const PREFIX = '.alive.';
/** A lock is put there a moment before it is held. */
const YOUNG_MS = 10_000;
const ASK_TIMEOUT_MS = 5_000;
const TRY_AGAIN_MS = 1_000;

/** In the folder itself: whoever may write there may hold one, under whichever account. */
const lockOf = (folder: string, owner: string): string =>
  join(folder, `${PREFIX}${owner.replaceAll(':', '.')}`);

/**
 * Holds a lock in a folder that other machines and containers may share, from where the numbers of this machine's
 * processes tell nothing: a small program does it (`flock` of util-linux), which ends with this process, however that ends.
 * Where there is none, nobody elsewhere can tell that this process lives. @param owner see `identifyProcess`
 */
export function holdLock(folder: string, owner: string): ProcessLock {
  const file = lockOf(folder, owner);
  let isReleased = false;
  let held: ChildProcess | undefined;
  const tried = makeOwnFolder(folder)
    .then(() => placeLock(folder, file))
    .then(hold, () => undefined);

  /** It prints a line when it holds the lock, and reads until this process is gone. */
  function hold(): Promise<void> {
    if (isReleased) return Promise.resolve();
    const child = spawn(FLOCK, [file, 'sh', '-c', 'echo; exec cat'], { stdio: ['pipe', 'pipe', 'ignore'] });
    held = child;
    child.unref();
    for (const stream of [child.stdin, child.stdout]) {
      stream.on('error', () => undefined);
      if (stream instanceof Socket) stream.unref();
    }
    return new Promise((resolve) => {
      let isHeld = false;
      child.stdout.once('data', () => {
        isHeld = true;
        resolve();
      });
      const over = () => {
        resolve();
        if (isReleased) return;
        if (isHeld) setTimeout(() => void hold(), TRY_AGAIN_MS).unref();
        // No such program here, or a disk without locks: a lock that nobody holds would say that this process is dead.
        else void rm(file, { force: true }).catch(() => undefined);
      };
      child.once('exit', over);
      child.once('error', over);
    });
  }

  return {
    tried,
    async release() {
      isReleased = true;
      // What holds it reads to its end.
      held?.stdin?.destroy();
      await rm(file, { force: true }).catch(() => undefined);
    },
  };
}

/** No link that somebody else has put there is followed. */
async function placeLock(folder: string, file: string): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;
  const handle = await open(file, flags, 0o644);
  await giveToOwnerOf(folder, handle);
  await handle.close();
}

/** Takes the locks of processes away that were killed. What nobody can tell of stays. Never rejects. */
export async function clearDeadLocks(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const owners = names.flatMap((name) =>
    name.startsWith(PREFIX) ? [name.slice(PREFIX.length).replaceAll('.', ':')] : [],
  );
  await Promise.all(
    owners.map(async (owner) => {
      const isAlive = await isOwnerAlive(folder, owner).catch(() => true);
      if (!isAlive) await rm(lockOf(folder, owner), { force: true }).catch(() => undefined);
    }),
  );
}

/** Whether a process lives that has written into the folder, also one of another machine or container. */
export async function isOwnerAlive(folder: string, owner: string): Promise<boolean> {
  return isSamePlace(owner) ? isSameProcessAlive(owner) : isHeld(lockOf(folder, owner));
}

async function isHeld(file: string): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  // Without a lock nobody can tell: as if it had ended.
  if (found === undefined) return false;
  if (Date.now() - found.mtimeMs < YOUNG_MS) return true;
  const asked = await execa(FLOCK, ['--nonblock', '--shared', file, 'true'], {
    reject: false,
    timeout: ASK_TIMEOUT_MS,
  });
  // 1: somebody holds it. Whatever else keeps us from knowing, nothing of it is taken.
  return asked.exitCode !== 0;
}
