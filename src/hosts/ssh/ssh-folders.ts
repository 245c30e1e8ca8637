import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Folders for the sockets of shared ssh connections. */
interface SshFolders {
  readonly controlFolder: string;
  /** For the connections of a service's own key. */
  readonly serviceControlFolder: string;
}

/**
 * Private and new, in the first place that takes a folder; their paths are short, because a socket's path is.
 * @throws the last place's error
 */
export function createSshFolders([place = tmpdir(), ...others]: readonly string[] = []): SshFolders {
  try {
    const folders = sshFoldersIn(mkdtempSync(join(place, 'lobml-ssh-')));
    mkdirSync(folders.serviceControlFolder, { mode: 0o700 });
    return folders;
  } catch (error) {
    if (others.length === 0) throw error;
    return createSshFolders(others);
  }
}

/** Those that stand there already. */
export function sshFoldersIn(controlFolder: string): SshFolders {
  return { controlFolder, serviceControlFolder: join(controlFolder, 's') };
}
