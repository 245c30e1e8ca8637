import { rmSync } from 'node:fs';
import { type Config, sessionEnvironment, socketPlaces, sshEnvironment } from '../config/config.js';
import type { Host } from '../hosts/host.js';
import type { SshRequirements } from '../hosts/host-kind.js';
import { createHost } from '../hosts/kinds/create-host.js';
import { hostKindOf } from '../hosts/kinds/kind-registry.js';
import type { TargetHost } from '../hosts/kinds/target-host.js';
import { createSshFolders } from '../hosts/ssh/ssh-folders.js';

/** The hosts of a kill switch in a terminal. */
export class TerminalHosts {
  readonly #config: Pick<Config, 'dataDir'>;
  #ssh: SshRequirements | undefined;

  constructor(config: Pick<Config, 'dataDir'>) {
    this.#config = config;
  }

  /** A halt of this machine alone needs no folder. */
  of(settings: TargetHost): Host {
    if (!hostKindOf(settings.name, settings.connection).needsControlFolder)
      return createHost(settings, { session: sessionEnvironment() });
    this.#ssh ??= {
      ...createSshFolders(socketPlaces(this.#config)),
      environment: sshEnvironment(),
    };
    return createHost(settings, { ssh: this.#ssh, session: sessionEnvironment() });
  }

  close(): void {
    if (this.#ssh !== undefined) rmSync(this.#ssh.controlFolder, { recursive: true, force: true });
  }
}
