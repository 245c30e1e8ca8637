import type { Stats } from 'node:fs';
import { lstat, readdir, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { max } from 'date-fns';
import type { HostAttempt, HostErrorCode, HostPathFault } from '../../domain/host-fault.js';
import { errnoOf } from '../../machine/errno.js';
import { streamPlainFile } from '../../machine/plain-file.js';
import { sha256Of, sha256OfFile } from '../../machine/sha256.js';
import type { CommandRunner, RunOptions } from '../command-runner.js';
import { isInside } from '../contained-path.js';
import { askAccount, evaluateReadable, foldersOnTheWay } from '../file-access.js';
import {
  ARTEFACT_TIMEOUT_MS,
  DEFAULT_MAX_BYTES,
  FILE_TIMEOUT_MS,
  NEW_ARTEFACT_MODE,
  NEW_FILE_MODE,
} from '../file-bounds.js';
import {
  type CallOptions,
  type FileStat,
  type Host,
  HostError,
  type HostFile,
  type ServiceManager,
} from '../host.js';
import { within } from '../host-calls.js';
import { linksChanged } from './links-changed.js';
import { createLocalCommandRunner } from './local-command-runner.js';
import {
  backUpOnce,
  ownershipFor,
  replaceAtomically,
  statIfPresent,
  writeBeside,
} from './local-replacement.js';
import { readAtMost } from './read-at-most.js';

interface LocalHostOptions {
  readonly name: string;
  readonly service: ServiceManager;
  /** Absolute; files outside of them, after every symbolic link, are neither read nor written. */
  readonly folders: readonly string[];
  /** Asks for accounts (`id`); unless told, on this machine. */
  readonly runner?: CommandRunner;
}

/** The Host on the machine that the bot runs on. */
export function createLocalHost(options: LocalHostOptions): Host {
  return new LocalHost(options);
}

class LocalHost implements Host {
  readonly name: string;
  readonly service: ServiceManager;
  readonly clock: Host['clock'];
  private readonly folders: readonly string[];
  private readonly runner: CommandRunner;

  constructor({ name, service, folders, runner }: LocalHostOptions) {
    this.name = name;
    this.service = service;
    this.clock = service.clock;
    this.folders = folders;
    this.runner = runner ?? createLocalCommandRunner({ host: name });
  }

  run(command: readonly string[], options?: RunOptions) {
    return this.runner.run(command, options);
  }

  stat(path: string, options?: CallOptions): Promise<FileStat | undefined> {
    return this.within('look_at_file', path, FILE_TIMEOUT_MS, options, async () => {
      const realPath = await this.resolve(path);
      const found = await statIfPresent(realPath);
      if (found === undefined) return undefined;
      const changes = [found.ctime, ...(await linksChanged(path))];
      return { ...fileStat(path, realPath, found), changedAt: max(changes) };
    });
  }

  readFile(path: string, options?: CallOptions & { maxBytes?: number }): Promise<HostFile | undefined> {
    return this.within('read_file', path, FILE_TIMEOUT_MS, options, async () => {
      const realPath = await this.resolve(path);
      const read = await readAtMost(this.name, path, realPath, options?.maxBytes ?? DEFAULT_MAX_BYTES);
      if (read === undefined) return undefined;
      const { bytes, found } = read;
      return { ...fileStat(path, realPath, found), bytes, sha256: sha256Of(bytes) };
    });
  }

  sha256(path: string, options?: CallOptions): Promise<string> {
    return this.within('hash_file', path, ARTEFACT_TIMEOUT_MS, options, async (signal) => {
      const realPath = await this.resolve(path);
      this.assertFile(path, await stat(realPath));
      return sha256OfFile(realPath, signal);
    });
  }

  readableBy(path: string, user: string, options?: CallOptions): Promise<boolean> {
    return this.within('look_at_rights', path, FILE_TIMEOUT_MS, options, async () => {
      const realPath = await this.resolve(path);
      const file = await stat(realPath);
      const folders = await Promise.all(foldersOnTheWay(path, realPath).map((folder) => stat(folder)));
      const account = await askAccount(this.runner, user, options);
      return file.isFile() && evaluateReadable(account, folders, file);
    });
  }

  listFiles(folder: string, options?: CallOptions): Promise<readonly FileStat[]> {
    return this.within('list_folder', folder, FILE_TIMEOUT_MS, options, async () => {
      const realFolder = await this.resolve(folder);
      const entries = await readdir(realFolder, { withFileTypes: true });
      // Hidden files are left out: among them are the ones that are still being written.
      const names = entries
        .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
        .map(({ name }) => name);
      const files = await Promise.all(
        names.map(async (name) => {
          const found = await statIfPresent(join(realFolder, name));
          return found === undefined ? [] : [fileStat(join(folder, name), join(realFolder, name), found)];
        }),
      );
      return files.flat().sort((a, b) => b.modifiedAt.getTime() - a.modifiedAt.getTime());
    });
  }

  replaceFile(path: string, bytes: Buffer, options: Parameters<Host['replaceFile']>[2] = {}): Promise<void> {
    return this.within('write_file', path, FILE_TIMEOUT_MS, options, async (signal) => {
      const { realPath, present } = await this.resolveForWriting(path);
      if (present !== undefined) this.assertFile(path, present);
      const ownership = await ownershipFor(realPath, present, options.mode, NEW_FILE_MODE);
      const { expectedSha256, backupPath, ready } = options;
      const assertUnchanged = async () => {
        if (expectedSha256 === undefined) return;
        if (sha256Of(await this.bytesOf(path, realPath)) === expectedSha256) return;
        throw this.fault('changed_since_plan', 'host_file_changed', path);
      };
      await assertUnchanged();
      if (backupPath !== undefined && present !== undefined) {
        const backup = await this.resolveForWriting(backupPath);
        await backUpOnce(backup.realPath, await this.bytesOf(path, realPath), ownership, signal);
      }
      // Looked at again in the last moment: a halt or a person may have written while this was put beside it.
      await replaceAtomically(realPath, bytes, ownership, signal, async () => {
        await ready;
        signal.throwIfAborted();
        await assertUnchanged();
      });
    });
  }

  installFile(
    localPath: string,
    path: string,
    options: CallOptions & { sha256: string; mode?: number | undefined },
  ): Promise<void> {
    return this.within('install_file', path, ARTEFACT_TIMEOUT_MS, options, async (signal) => {
      const { realPath, present } = await this.resolveForWriting(path);
      if (present !== undefined) this.assertFile(path, present);
      await writeBeside(
        realPath,
        await ownershipFor(realPath, present, options.mode, NEW_ARTEFACT_MODE),
        signal,
        async (handle, temporary) => {
          await writeFile(handle, await streamPlainFile(localPath), { signal });
          if ((await sha256OfFile(temporary, signal)) !== options.sha256) {
            throw this.fault('changed_since_plan', 'host_wrong_copy', path);
          }
        },
        (temporary) => rename(temporary, realPath),
      );
    });
  }

  copyFile(path: string, to: string, options?: CallOptions): Promise<void> {
    return this.within('copy_file', path, ARTEFACT_TIMEOUT_MS, options, async (signal) => {
      const source = await this.resolve(path);
      const present = await stat(source);
      this.assertFile(path, present);
      const target = await this.resolveForWriting(to);
      await writeBeside(
        target.realPath,
        { uid: present.uid, gid: present.gid, mode: present.mode & 0o7777 },
        signal,
        async (handle) => writeFile(handle, await streamPlainFile(source), { signal }),
        (temporary) => rename(temporary, target.realPath),
      );
    });
  }

  removeFile(path: string, options?: CallOptions): Promise<void> {
    return this.within('remove_file', path, FILE_TIMEOUT_MS, options, async () => {
      await rm(await this.resolve(path), { force: true });
    });
  }

  private within<T>(
    attempt: HostAttempt,
    subject: string,
    timeoutMs: number,
    options: CallOptions | undefined,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    return within(this.name, { attempt, subject }, timeoutMs, options, work);
  }

  private fault(code: HostErrorCode, fault: HostPathFault, path: string): HostError {
    return new HostError(code, { code: fault, facts: { host: this.name, path } });
  }

  /** @param realPath of `path`; a file that is not there is empty. */
  private async bytesOf(path: string, realPath: string): Promise<Buffer> {
    const read = await readAtMost(this.name, path, realPath, DEFAULT_MAX_BYTES);
    return read?.bytes ?? Buffer.alloc(0);
  }

  /** The path after every symbolic link; what is missing is placed in its real folder. */
  private async resolve(path: string): Promise<string> {
    // Mostly it is in the folder where it looks to be: the others are asked for only where it is not.
    const likely = this.folders.filter((folder) => isInside(folder, path));
    const [realPath, ...folders] = await Promise.all([this.realPathOf(path), ...likely.map(realPathOrSelf)]);
    if (folders.some((folder) => isInside(folder, realPath))) return realPath;
    const others = await Promise.all(this.folders.map(realPathOrSelf));
    if (others.some((folder) => isInside(folder, realPath))) return realPath;
    throw this.fault('outside_folder', 'host_outside_folders', path);
  }

  private async realPathOf(path: string): Promise<string> {
    try {
      return await realpath(path);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
    return join(await realPathOrSelf(dirname(path)), basename(path));
  }

  /** A rename onto a link that leads to nothing would replace the link. */
  private async resolveForWriting(path: string): Promise<{ realPath: string; present: Stats | undefined }> {
    const [realPath, present] = await Promise.all([this.resolve(path), statIfPresent(path)]);
    if (present === undefined && (await isSymbolicLink(realPath)))
      throw this.fault('not_found', 'host_link_leads_nowhere', path);
    return { realPath, present };
  }

  private assertFile(path: string, found: Stats): void {
    if (!found.isFile()) throw this.fault('not_a_file', 'host_not_a_file', path);
  }
}

async function isSymbolicLink(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isSymbolicLink();
  } catch {
    return false;
  }
}

async function realPathOrSelf(folder: string): Promise<string> {
  try {
    return await realpath(folder);
  } catch (error) {
    if (isMissing(error)) return folder;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR';
}

function fileStat(path: string, realPath: string, found: Stats): FileStat {
  return {
    path,
    realPath,
    kind: found.isFile() ? 'file' : found.isDirectory() ? 'directory' : 'other',
    size: found.size,
    uid: found.uid,
    gid: found.gid,
    mode: found.mode & 0o7777,
    modifiedAt: found.mtime,
    changedAt: found.ctime,
    identity: `${found.dev}:${found.ino}`,
  };
}
