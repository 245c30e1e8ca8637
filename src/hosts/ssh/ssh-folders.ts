import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Folders for the sockets of shared ssh connections. */
interface SshFolders {
  readonly controlFolder: string;
  /** For the connections of a service's own key. */
  readonly serviceControlFolder: string;
}

/** Private and new; their paths are short, because a socket's path is. */
export function createSshFolders(): SshFolders {
  const folders = sshFoldersIn(mkdtempSync(join(tmpdir(), 'lobml-ssh-')));
  mkdirSync(folders.serviceControlFolder, { mode: 0o700 });
  return folders;
}

/** Those that stand there already. */
export function sshFoldersIn(controlFolder: string): SshFolders {
  return { controlFolder, serviceControlFolder: join(controlFolder, 's') };
}
