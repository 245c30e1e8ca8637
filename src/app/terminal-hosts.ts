import { rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { type Config, sshEnvironment } from '../config/config.js';
import type { Host } from '../hosts/host.js';
import type { SshRequirements } from '../hosts/host-kind.js';
import { createHost } from '../hosts/kinds/create-host.js';
import { hostKindOf } from '../hosts/kinds/host-kinds.js';
import type { TargetHost } from '../hosts/kinds/target-host.js';
import { createSshFolders } from '../hosts/ssh/ssh-folders.js';

/** The hosts of a kill switch in a terminal. */
export class TerminalHosts {
  readonly #dataDir: string;
  #ssh: SshRequirements | undefined;

  constructor({ dataDir }: Pick<Config, 'dataDir'>) {
    this.#dataDir = dataDir;
  }

  /** A halt of this machine alone needs no folder: a full disk must not prevent it. @throws where none can be made */
  of(settings: TargetHost): Host {
    if (!hostKindOf(settings.name, settings.connection).needsControlFolder) return createHost(settings);
    this.#ssh ??= {
      ...createSshFolders([tmpdir(), '/dev/shm', this.#dataDir, homedir()]),
      environment: sshEnvironment(),
    };
    return createHost(settings, { ssh: this.#ssh });
  }

  close(): void {
    if (this.#ssh !== undefined) rmSync(this.#ssh.controlFolder, { recursive: true, force: true });
  }
}
