import { posix } from 'node:path';
import { max } from 'date-fns';
import { sha256Of, sha256OfFile } from '../../machine/sha256.js';
import {
  type CommandResult,
  type CommandRunner,
  commandFailed,
  type RunOptions,
  runChecked,
} from '../command-runner.js';
import { askAccount, evaluateReadable, foldersOnTheWay } from '../file-access.js';
import {
  ARTEFACT_TIMEOUT_MS,
  DEFAULT_MAX_BYTES,
  FILE_TIMEOUT_MS,
  NEW_ARTEFACT_MODE,
  NEW_FILE_MODE,
} from '../file-bounds.js';
import {
  type AskClock,
  type CallOptions,
  type FileStat,
  type Host,
  HostError,
  type HostErrorCode,
  type HostFile,
  type ServiceManager,
} from '../host.js';
import { askMoment, DATE_COMMAND } from '../host-clock.js';
import { within } from '../host-fault.js';
import {
  COPY_SCRIPT,
  LIST_SCRIPT,
  READ_SCRIPT,
  REMOTE_EXIT,
  REMOVE_SCRIPT,
  REPLACE_SCRIPT,
  SHA256_SCRIPT,
  STAT_SCRIPT,
} from './remote-scripts.js';

interface SshHostOptions {
  readonly name: string;
  /** From `createSshCommandRunner`, without a forced command: files need a shell on the host. */
  readonly runner: CommandRunner;
  readonly service: ServiceManager;
  /** Absolute; files outside of them, after every symbolic link, are neither read nor written. */
  readonly folders: readonly string[];
  /** Put before each command on files, e.g. `['sudo', '-n']`. */
  readonly sudo?: readonly string[] | undefined;
}

/** The Host on another machine. Every call is one command there, but `readableBy`, which is four. */
export function createSshHost(options: SshHostOptions): Host {
  return new SshHost(options);
}

const CODE_OF_EXIT: Readonly<Record<number, readonly [HostErrorCode, string]>> = {
  [REMOTE_EXIT.outsideFolder]: ['outside_folder', 'is outside the configured folders'],
  [REMOTE_EXIT.notFound]: ['not_found', 'is a link that leads to nothing'],
  [REMOTE_EXIT.notAFile]: ['not_a_file', 'is not a file'],
  [REMOTE_EXIT.tooLarge]: ['too_large', 'is too large'],
  [REMOTE_EXIT.wrongContent]: ['command_failed', 'did not arrive whole, so nothing was replaced'],
  [REMOTE_EXIT.changedSincePlan]: ['changed_since_plan', 'has changed since the plan'],
};

class SshHost implements Host {
  readonly name: string;
  readonly service: ServiceManager;
  readonly clock: AskClock;
  private readonly options: SshHostOptions;

  constructor(options: SshHostOptions) {
    this.name = options.name;
    this.service = options.service;
    this.clock = options.service.clock ?? ((call) => askMoment(options.runner, DATE_COMMAND, call));
    this.options = options;
  }

  run(command: readonly string[], options?: RunOptions) {
    return this.options.runner.run(command, options);
  }

  async stat(path: string, options?: CallOptions): Promise<FileStat | undefined> {
    const result = await this.script(STAT_SCRIPT, path, [], { timeoutMs: FILE_TIMEOUT_MS, ...options });
    if (isMissing(result)) return undefined;
    this.assertDone(result, path, 'looking at');
    const { stat, rest } = this.parseFacts(path, result.stdout);
    const links = rest.toString('latin1').split('\n').slice(0, -1);
    return { ...stat, changedAt: max([stat.changedAt, ...links.map((at) => new Date(Number(at) * 1000))]) };
  }

  async readFile(
    path: string,
    options: CallOptions & { maxBytes?: number } = {},
  ): Promise<HostFile | undefined> {
    const { maxBytes = DEFAULT_MAX_BYTES, ...call } = options;
    const result = await this.script(READ_SCRIPT, path, [String(maxBytes)], {
      timeoutMs: FILE_TIMEOUT_MS,
      ...call,
    });
    if (isMissing(result)) return undefined;
    this.assertDone(result, path, 'reading');
    const { stat, rest: bytes } = this.parseFacts(path, result.stdout);
    if (bytes.length > maxBytes) {
      throw new HostError('too_large', this.name, `${this.name}: ${path} is larger than ${maxBytes} bytes.`);
    }
    return { ...stat, bytes, sha256: sha256Of(bytes) };
  }

  async sha256(path: string, options?: CallOptions): Promise<string> {
    const result = await this.script(SHA256_SCRIPT, path, [], { timeoutMs: ARTEFACT_TIMEOUT_MS, ...options });
    this.assertDone(result, path, 'hashing');
    const [sha256] = /^[0-9a-f]{64}/.exec(result.stdout.toString('latin1')) ?? [];
    if (sha256 === undefined) throw this.unreadable(`the hash of ${path}`);
    return sha256;
  }

  async readableBy(path: string, user: string, options?: CallOptions): Promise<boolean> {
    const file = await this.stat(path, options);
    if (file === undefined)
      throw new HostError('not_found', this.name, `${this.name}: there is no file ${path}.`);
    const { runner } = this.options;
    const account = await askAccount(runner, user, options);
    const command = ['stat', '-L', '-c', '%u %g %a', '--', ...foldersOnTheWay(path, file.realPath)];
    const rights = await runChecked(
      runner,
      `looking at the rights of ${path}`,
      this.asFileOwner(command),
      options,
    );
    const folders = rights.stdout
      .toString()
      .trim()
      .split('\n')
      .map((line) => this.parseRights(path, line));
    return file.kind === 'file' && evaluateReadable(account, folders, file);
  }

  async listFiles(folder: string, options?: CallOptions): Promise<readonly FileStat[]> {
    const result = await this.script(LIST_SCRIPT, folder, [], { timeoutMs: FILE_TIMEOUT_MS, ...options });
    this.assertDone(result, folder, 'listing');
    const [realFolder = '', ...records] = result.stdout.toString('utf8').split('\0').slice(0, -1);
    const files = records.map((record) => {
      const [, facts = '', name = ''] = /^((?:\S+ ){6}\S+) ([\s\S]+)$/.exec(record) ?? [];
      return this.parseStat(posix.join(folder, name), posix.join(realFolder, name), `${facts} regular file`);
    });
    return files.sort((x, y) => y.modifiedAt.getTime() - x.modifiedAt.getTime());
  }

  async replaceFile(
    path: string,
    bytes: Buffer,
    options: Parameters<Host['replaceFile']>[2] = {},
  ): Promise<void> {
    const { expectedSha256 = '', backupPath = '', mode, ready, ...call } = options;
    await ready;
    const content = `${sha256Of(bytes)} ${octal(NEW_FILE_MODE)}`;
    const words = [expectedSha256, backupPath, mode === undefined ? '' : octal(mode), content];
    const result = await this.script(REPLACE_SCRIPT, path, words, {
      timeoutMs: FILE_TIMEOUT_MS,
      ...call,
      input: bytes,
    });
    this.assertDone(result, path, 'writing');
  }

  async installFile(
    localPath: string,
    path: string,
    options: CallOptions & { sha256: string; mode?: number | undefined },
  ): Promise<void> {
    const { sha256, mode, ...call } = options;
    // A file that is wrong already here need not be sent.
    const present = await within(this.name, `reading ${localPath}`, ARTEFACT_TIMEOUT_MS, call, (signal) =>
      sha256OfFile(localPath, signal),
    );
    if (present !== sha256) throw this.wrongCopy(path);
    const words = ['', '', mode === undefined ? '' : octal(mode), `${sha256} ${octal(NEW_ARTEFACT_MODE)}`];
    const sending = { timeoutMs: ARTEFACT_TIMEOUT_MS, ...call, inputFile: localPath };
    const result = await this.script(REPLACE_SCRIPT, path, words, sending);
    if (result.exitCode === REMOTE_EXIT.wrongContent) throw this.wrongCopy(path);
    this.assertDone(result, path, 'installing');
  }

  async copyFile(path: string, to: string, options?: CallOptions): Promise<void> {
    const result = await this.script(COPY_SCRIPT, path, [to], { timeoutMs: ARTEFACT_TIMEOUT_MS, ...options });
    this.assertDone(result, path, 'copying');
  }

  async removeFile(path: string, options?: CallOptions): Promise<void> {
    const result = await this.script(REMOVE_SCRIPT, path, [], { timeoutMs: FILE_TIMEOUT_MS, ...options });
    this.assertDone(result, path, 'removing');
  }

  private wrongCopy(path: string): HostError {
    const detail = `${this.name}: what was to become ${path} does not have the planned SHA-256.`;
    return new HostError('changed_since_plan', this.name, detail);
  }

  private script(
    text: string,
    path: string,
    words: readonly string[],
    options: RunOptions,
  ): Promise<CommandResult> {
    const [a = '', b = '', c = '', d = ''] = words;
    const command = ['sh', '-c', text, 'lobml', path, a, b, c, d, ...this.options.folders];
    return this.options.runner.run(this.asFileOwner(command), {
      ...options,
      maxOutputBytes: Math.max(DEFAULT_MAX_BYTES * 2, Number(a) * 2 || 0),
    });
  }

  private asFileOwner(command: readonly string[]): readonly string[] {
    return [...(this.options.sudo ?? []), ...command];
  }

  private assertDone(result: CommandResult, path: string, attempt: string): void {
    if (result.exitCode === 0) return;
    const known = CODE_OF_EXIT[result.exitCode];
    if (known !== undefined) throw new HostError(known[0], this.name, `${this.name}: ${path} ${known[1]}.`);
    throw commandFailed(this.name, `${attempt} ${path}`, result);
  }

  private parseFacts(path: string, output: Buffer): { stat: FileStat; rest: Buffer } {
    const nul = output.indexOf(0);
    const lineEnd = output.indexOf('\n', nul);
    if (nul === -1 || lineEnd === -1) throw this.unreadable(path);
    const facts = output.subarray(nul + 1, lineEnd).toString('latin1');
    const realPath = output.subarray(0, nul).toString('utf8');
    return { stat: this.parseStat(path, realPath, facts), rest: output.subarray(lineEnd + 1) };
  }

  private parseStat(path: string, realPath: string, facts: string): FileStat {
    const match = /^(\d+) (\d+) (\d+) ([0-7]+) (\d+(?:\.\d+)?) (\d+(?:\.\d+)?) (\d+:\d+) (.+)$/.exec(facts);
    if (match === null) throw this.unreadable(path);
    const [, size, uid, gid, mode = '', modified, changed, identity = '', kind = ''] = match;
    return {
      path,
      realPath,
      kind: kind.startsWith('regular') ? 'file' : kind === 'directory' ? 'directory' : 'other',
      size: Number(size),
      uid: Number(uid),
      gid: Number(gid),
      mode: Number.parseInt(mode, 8),
      modifiedAt: new Date(Number(modified) * 1000),
      changedAt: new Date(Number(changed) * 1000),
      identity,
    };
  }

  private parseRights(path: string, line: string): { uid: number; gid: number; mode: number } {
    const match = /^(\d+) (\d+) ([0-7]+)$/.exec(line);
    if (match === null) throw this.unreadable(path);
    return { uid: Number(match[1]), gid: Number(match[2]), mode: Number.parseInt(match[3] ?? '', 8) };
  }

  private unreadable(what: string): HostError {
    return new HostError(
      'unreadable_answer',
      this.name,
      `${this.name}: the host's answer about ${what} is unreadable.`,
    );
  }
}

function octal(mode: number): string {
  return mode.toString(8);
}

function isMissing(result: CommandResult): boolean {
  return result.exitCode === 1 && /No such file or directory|Not a directory/.test(result.stderr);
}
