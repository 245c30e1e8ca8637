import type { Moment } from '../domain/clocks.js';
import { type HostErrorCode, type HostFault, withoutSecrets } from '../domain/host-fault.js';
import type { DeadManOrder, DeadManState } from './dead-man.js';

/** Its message is for the log; what people are told is the sentence of its fault. */
export class HostError extends Error {
  override readonly name = 'HostError';
  readonly code: HostErrorCode;
  readonly host: string;
  /** What was tried and what happened, without secrets. */
  readonly fault: HostFault;
  /** How the command ended that said no; undefined: there was no such answer, so nobody knows what it did. */
  readonly exitCode: number | undefined;

  constructor(
    code: HostErrorCode,
    fault: HostFault,
    options: { cause?: unknown; exitCode?: number | undefined } = {},
  ) {
    const shown = withoutSecrets(fault);
    super(logLineOf(shown), options);
    this.code = code;
    this.host = fault.facts.host;
    this.fault = shown;
    this.exitCode = options.exitCode;
  }
}

function logLineOf({ code, facts: { host, ...facts } }: HostFault): string {
  const words = Object.entries(facts).map(([name, value]) => `${name}=${value}`);
  return [`${host}: ${code}`, ...words].join(' ');
}

export interface CallOptions {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface FileStat {
  readonly path: string;
  /** After every symbolic link. */
  readonly realPath: string;
  readonly kind: 'file' | 'directory' | 'other';
  /** Bytes. */
  readonly size: number;
  readonly uid: number;
  readonly gid: number;
  /** Permission bits, e.g. 0o640. */
  readonly mode: number;
  readonly modifiedAt: Date;
  /**
   * When its bytes, its name, owner or mode last changed (ctime), which nobody sets: also a file that was moved here. Of
   * `stat`: or a symbolic link on the way to it.
   */
  readonly changedAt: Date;
  readonly identity: FileIdentity;
}

export interface HostFile extends FileStat {
  readonly bytes: Buffer;
  /** SHA-256 in hex of `bytes`. */
  readonly sha256: string;
}

export interface Host {
  /** As in the targets file. */
  readonly name: string;
  /** undefined: there is nothing at that path. */
  stat(path: string, options?: CallOptions): Promise<FileStat | undefined>;
  /** undefined: there is nothing at that path. @throws HostError `too_large` over `maxBytes`. */
  readFile(path: string, options?: CallOptions & { maxBytes?: number }): Promise<HostFile | undefined>;
  /** SHA-256 in hex, worked out on the host. */
  sha256(path: string, options?: CallOptions): Promise<string>;
  /** Whether the named account may read the file: every folder on the way and the file itself. */
  readableBy(path: string, user: string, options?: CallOptions): Promise<boolean>;
  /** The plain files of a folder, newest first, without descending. */
  listFiles(folder: string, options?: CallOptions): Promise<readonly FileStat[]>;
  /**
   * Replaces a file's content: written beside it, same owner and mode, synced, renamed. Symbolic links are
   * resolved first. @throws HostError `changed_since_plan` when `expectedSha256` is given and differs.
   */
  replaceFile(
    path: string,
    bytes: Buffer,
    options?: CallOptions & {
      expectedSha256?: string;
      backupPath?: string;
      mode?: number;
      /** Waited for before the file is replaced, while all that can be is prepared. */
      ready?: Promise<void>;
    },
  ): Promise<void>;
  /** Copies a file of the bot's machine to `path`: beside it, SHA-256 checked on the host, then renamed. */
  installFile(
    localPath: string,
    path: string,
    options: CallOptions & { sha256: string; mode?: number | undefined },
  ): Promise<void>;
  /** Copies a file within the host: beside its new place, synced, then renamed. Owner and mode as the original's. */
  copyFile(path: string, to: string, options?: CallOptions): Promise<void>;
  /** Takes a file away; fine when there is none. */
  removeFile(path: string, options?: CallOptions): Promise<void>;
  /**
   * Runs a program that the targets file names, with the rights that are for the host's files: an argument array, never a
   * line for a shell. An exit code other than 0 is an answer. @throws HostError `too_large` over `maxOutputBytes`.
   */
  run(
    command: readonly string[],
    options?: CallOptions & { maxOutputBytes?: number },
  ): Promise<CommandAnswer>;
  /** The clock by which the host's files, its service and its log are dated. Left out: it is the bot's own. */
  readonly clock?: AskClock | undefined;
  readonly service: ServiceManager;
}

/** How a program ended, and what it said. */
export interface CommandAnswer {
  readonly exitCode: number;
  readonly stdout: Uint8Array;
  /** As text; not redacted. */
  readonly stderr: string;
}

export type AskClock = (options?: CallOptions) => Promise<Moment>;

/** The state of a unit as systemd names it; a `command` manager answers in the same words. */
export interface ServiceStatus {
  readonly activeState:
    | 'active'
    | 'activating'
    | 'deactivating'
    | 'reloading'
    | 'inactive'
    | 'failed'
    | 'unknown';
  readonly subState: string;
  /** 0: no process. */
  readonly mainPid: number;
  /** Changes with every start; empty when the unit never started. */
  readonly invocationId: string;
  /** Automatic restarts since the unit was last started by a person. */
  readonly restarts: number;
  readonly execMainStatus: number;
  /** When the present process was seen to become active. */
  readonly activeSince: Date | undefined;
  /** When the start of the newest main process began, by the host's clock; its log begins there. undefined: nobody says. */
  readonly startedAt?: Date | undefined;
  /** When the newest main process itself began: after all that fetches or prepares its files. undefined: nobody says. */
  readonly mainStartedAt?: Date | undefined;
  /** The account that the unit names for the service; '' or left out: none. */
  readonly user?: string;
  /** The unit's control group, as systemd names it; '' or left out: none. */
  readonly controlGroup?: string;
  /** false: where it ends, processes that it has started may live on (KillMode, SendSIGKILL); undefined: nobody says. */
  readonly endsAll?: boolean | undefined;
  /** What the unit starts, in systemd's own form: `{ path=… ; argv[]=… ; … }`. */
  readonly execStart?: string;
}

export interface ServiceManager {
  readonly description: string;
  /** The clock of what this manager tells, where the targets file says how it is asked; left out: the host's. */
  readonly clock?: AskClock | undefined;
  status(options?: CallOptions): Promise<ServiceStatus>;
  restart(options?: CallOptions): Promise<void>;
  stop(options?: CallOptions): Promise<void>;
  /** Ends all processes of the service with SIGKILL. Left out: the manager cannot. */
  kill?: ((options?: CallOptions) => Promise<void>) | undefined;
  /** The account that the service runs as, by name or number; undefined where nobody says. */
  account(status: ServiceStatus, options?: CallOptions): Promise<string | undefined>;
  /**
   * Log lines, oldest first, since a moment and until another, by the host's own clock: read whole, however many there
   * are. Of a long log its first and its last lines are kept, and every line that is looked for.
   * @param options.limit the newest of them only
   */
  logs(options: LogCall): Promise<readonly LogLine[]>;
  /**
   * The environment of a running process, narrowed to the names asked for: whatever else is in it stays on the
   * host. undefined: the process is gone.
   */
  processEnvironment(
    pid: number,
    names: readonly string[],
    options?: CallOptions,
  ): Promise<ReadonlyMap<string, string> | undefined>;
  /**
   * All processes of the service: the main one, and whatever was started by it or by one before and still belongs to it.
   * undefined: nobody can see them, e.g. of a client whose work is done elsewhere. One that has just ended may be among them.
   */
  processes(status: ServiceStatus, options?: CallOptions): Promise<readonly number[] | undefined>;
  /** Names of the running process's variables that begin so; never a value. undefined: there is no such process. */
  variableNames(pid: number, prefix: string, options?: CallOptions): Promise<readonly string[] | undefined>;
  /** How a process stands. undefined: the host does not tell. */
  processFacts(pid: number, options?: ProcessCall): Promise<ProcessFacts | undefined>;
  /**
   * How the manager has the service loaded. undefined: it does not tell.
   * @param options.asksFiles when its files were last changed also where the process was started since
   */
  definition(options?: DefinitionCall): Promise<ServiceDefinition | undefined>;
  /** Left out: the manager is not told how. */
  readonly deadMan?: DeadManHolder | undefined;
}

/** The host's own timer that turns the strategy off when nobody else can. Each throws a HostError. */
export interface DeadManHolder {
  /** An error with an exit code: the host refuses to hold one. */
  arm(order: DeadManOrder, options?: CallOptions): Promise<void>;
  /** Fine when there is none. Refused while it is at work: it has the last word then. */
  disarm(name: string, options?: CallOptions): Promise<void>;
  look(name: string, options?: CallOptions): Promise<DeadManState>;
}

interface DefinitionCall extends CallOptions {
  readonly asksFiles?: boolean;
}

export interface LogCall extends CallOptions {
  readonly since: Date;
  readonly until?: Date;
  readonly limit?: number;
  readonly find?: LogSearch | undefined;
}

/** The line of a good start: a message, whole, and fields of that line with their values. */
export interface LoadedLine {
  readonly message: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** What is looked for in a log. Every value is a structured clone. */
export interface LogSearch {
  readonly line: LoadedLine;
  /** Whatever mentions its message counts. */
  readonly isLoose?: boolean;
  /** Reading ends with the first such line that is no older; left out: the log is read whole. */
  readonly endsAfter?: Date | undefined;
  /** What this process says is not looked for. */
  readonly exceptPid?: number;
}

export interface ProcessCall extends CallOptions {
  /** A path of which it is told whether the process was started with it as a word. */
  readonly program?: string | undefined;
  /** Whether `startedAt` is wanted, which may take one more command. */
  readonly asksStart?: boolean;
  /** Whether its command line is wanted, which may take one more. */
  readonly asksWords?: boolean;
  /** Whether a frozen control group is looked for as well, which may take two more. */
  readonly asksGroup?: boolean;
}

/** The service as its manager has it loaded, which need not be what the files of the service say now. */
export interface ServiceDefinition {
  /** A file of the service was changed, and its manager has not read it. */
  readonly needsReload: boolean;
  /** Names of the variables that are set outside the environment files, by the unit or a drop-in. */
  readonly variables: readonly string[];
  /** Names of those that the manager hands to every service; of a person's own manager also what their session has. */
  readonly ofManager: readonly string[];
  /** In order; undefined: the manager has no such files. */
  readonly environmentFiles: readonly string[] | undefined;
  readonly fragment: string;
  readonly dropIns: readonly string[];
  /** What it starts; left out: its manager does not tell. */
  readonly command?: LoadedCommand | undefined;
  /** When a file of the service was last changed, by the host's clock; left out: nobody says. */
  readonly filesChangedAt?: Date | undefined;
}

/** What a service starts, as its manager has it loaded now. */
export interface LoadedCommand {
  readonly path: string;
  /** Its words with a space between them, `$NAME` where a variable stands. */
  readonly words: string;
  /** The present process was started by it: nothing was read anew since. */
  readonly isOfProcess: boolean;
}

/** `DEVICE:INODE`: two paths with the same one are one file. */
export type FileIdentity = string;

/** What a process runs, by /proc/PID/exe. */
export interface ProgramOfProcess {
  readonly path: string;
  /** The file was replaced or taken away since the process began. */
  readonly isDeleted: boolean;
  readonly identity: FileIdentity | undefined;
  /** Whether the program that was asked about is a word of its command line: it may be run by an interpreter. */
  readonly isNamed: boolean;
}

export interface ProcessFacts {
  /** false: it has ended, also where its entry still stands (a zombie). */
  readonly isAlive: boolean;
  /** It lives and does nothing: stopped by a signal or a debugger, or frozen with its control group. Left out: nobody says. */
  readonly isFrozen?: boolean;
  /** How long it has run, by a clock that no step moves; undefined: nobody says. */
  readonly ageMs: number | undefined;
  /** When it began, as the host's clock now counts: a step since then has moved it. undefined: nobody says. */
  readonly startedAt?: Date | undefined;
  /** undefined: nobody may look. */
  readonly program: ProgramOfProcess | undefined;
  /** Its command line, where it was asked for. It may hold secrets. */
  readonly words?: readonly string[] | undefined;
}

export interface LogLine {
  readonly at: Date | undefined;
  /** Without colour codes and control characters. */
  readonly text: string;
  /** The process that wrote it, where the line names one. */
  readonly pid?: number;
}

/** Looks at the processes of a host. */
export interface ProcessReader {
  /** Chosen variables of a process; undefined: there is no such process. @throws HostError */
  environment(
    pid: number,
    names: readonly string[],
    options?: CallOptions & { readonly sudo?: readonly string[] },
  ): Promise<ReadonlyMap<string, string> | undefined>;
  /** Names that begin so; undefined: there is no such process. @throws HostError */
  variableNames(
    pid: number,
    prefix: string,
    options?: CallOptions & { readonly sudo?: readonly string[] },
  ): Promise<readonly string[] | undefined>;
  /** undefined: there is no /proc that tells. */
  facts(
    pid: number,
    options?: ProcessCall & { readonly sudo?: readonly string[] },
  ): Promise<ProcessFacts | undefined>;
  /** The number of the account that a process runs as; undefined where the host does not tell, or there is none. */
  account(pid: number, options?: CallOptions): Promise<string | undefined>;
}
