import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Folders for the sockets of shared ssh connections; they are made when they are needed, and again where they vanish. */
interface SshFolders {
  readonly controlFolder: string;
  /** For the connections of a service's own key. */
  readonly serviceControlFolder: string;
}

const NAME = 'lobml-ssh-';

/** Private and new, in the first place that takes a folder. Where none does, hosts are reached without sharing. */
export function createSshFolders(places: readonly string[]): SshFolders {
  for (const place of places) {
    try {
      return sshFoldersIn(mkdtempSync(join(place, NAME)));
    } catch {
      // The next one.
    }
  }
  return sshFoldersIn(join(tmpdir(), `${NAME}${randomUUID().slice(0, 8)}`));
}

/** Those of another process of the bot. */
export function sshFoldersIn(controlFolder: string): SshFolders {
  return { controlFolder, serviceControlFolder: join(controlFolder, 's') };
}
