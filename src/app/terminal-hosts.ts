import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, sshEnvironment } from '../config/config.js';
import type { Host } from '../hosts/host.js';
import { createHost } from '../hosts/kinds/create-host.js';
import { hostKindOf } from '../hosts/kinds/host-kinds.js';
import type { TargetHost } from '../hosts/kinds/target-host.js';

interface SshFolders {
  readonly controlFolder: string;
  readonly serviceControlFolder: string;
  readonly environment: ReturnType<typeof sshEnvironment>;
}

/** The hosts of a kill switch in a terminal. */
export class TerminalHosts {
  readonly #dataDir: string;
  #ssh: SshFolders | undefined;

  constructor({ dataDir }: Pick<Config, 'dataDir'>) {
    this.#dataDir = dataDir;
  }

  /** A halt of this machine alone needs no folder: a full disk must not prevent it. @throws where none can be made */
  of(settings: TargetHost): Host {
    if (!hostKindOf(settings.name, settings.connection).needsControlFolder) return createHost(settings);
    this.#ssh ??= sshFolders([tmpdir(), '/dev/shm', this.#dataDir, homedir()]);
    return createHost(settings, { ssh: this.#ssh });
  }

  close(): void {
    if (this.#ssh !== undefined) rmSync(this.#ssh.controlFolder, { recursive: true, force: true });
  }
}

/** In the first place that takes a folder. @throws the last place's error. */
function sshFolders([place, ...others]: readonly string[]): SshFolders {
  try {
    const controlFolder = mkdtempSync(join(place ?? tmpdir(), 'lobml-ssh-'));
    const serviceControlFolder = join(controlFolder, 's');
    mkdirSync(serviceControlFolder, { mode: 0o700 });
    return { controlFolder, serviceControlFolder, environment: sshEnvironment() };
  } catch (error) {
    if (others.length === 0) throw error;
    return sshFolders(others);
  }
}
