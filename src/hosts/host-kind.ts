import type { CommandRunner } from './command-runner.js';
import type { Host, ProcessReader, ServiceManager } from './host.js';

export interface HostRequirements {
  /** Further files that may be looked at, e.g. those that checks of the runbook name. */
  readonly files?: readonly string[];
  /** For hosts behind ssh. */
  readonly ssh?: SshRequirements;
  /** For this machine: how programs find the session of the bot's account, e.g. XDG_RUNTIME_DIR; left out: the usual place. */
  readonly session?: Readonly<Record<string, string>>;
  /** Asked before each program is started: a halt goes first. */
  readonly yieldToHalt?: () => Promise<void>;
}

export interface SshRequirements {
  /** A folder that only the bot can enter, for the shared connections' sockets. */
  readonly controlFolder: string;
  /** Another one, for the connections of a service's own key. */
  readonly serviceControlFolder: string;
  /** e.g. SSH_AUTH_SOCK. */
  readonly environment: Readonly<Record<string, string>>;
}

/** What every kind gets beside the settings of its connection. */
export interface Reach {
  /** The host's name in the targets file. */
  readonly name: string;
  readonly ssh: SshRequirements | undefined;
  readonly session: Readonly<Record<string, string>> | undefined;
  /** Every runner goes through it: a halt goes first. */
  yielding(runner: CommandRunner): CommandRunner;
}

interface HostParts extends Reach {
  /** Absolute; files outside of them, after every symbolic link, are neither read nor written. */
  readonly folders: readonly string[];
  /** @param processes undefined: the host accepts nothing but its fixed commands. */
  createService(runner: CommandRunner, processes: ProcessReader | undefined): ServiceManager;
}

/** A way to a machine: one folder, a line in `kinds/kind-registry.ts`, and one for its settings in `kinds/connection-schema.ts`. */
export interface HostKind<Connection extends { readonly kind: string }> {
  readonly kind: Connection['kind'];
  /** true: what is done there is done on the bot's own machine. */
  readonly isThisMachine: boolean;
  /** Two connections with the same text lead to one machine, as far as their settings can tell. */
  machine(connection: Connection): string;
  /** true: nothing works without the folders of `SshRequirements`. */
  readonly needsControlFolder: boolean;
  create(connection: Connection, parts: HostParts): Host;
  /** Runs programs there, with the rights that are for the host's files. */
  connect(connection: Connection, reach: Reach): CommandRunner;
  /**
   * A line of a shell on the host, as a person pastes it into a terminal of the bot's machine.
   * @param isOfService it drives the service, which may have a key of its own
   */
  lineByHand(connection: Connection, line: string, isOfService: boolean): string;
}
