import { posix } from 'node:path';
import { max } from 'date-fns';
import type { HostAttempt, HostErrorCode, HostPathFault, HostTried } from '../../domain/host-fault.js';
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
  type HostFile,
  type ServiceManager,
} from '../host.js';
import { within } from '../host-calls.js';
import { askMoment, DATE_COMMAND } from '../host-clock.js';
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

const FAULT_OF_EXIT: Readonly<Record<number, readonly [HostErrorCode, HostPathFault]>> = {
  [REMOTE_EXIT.outsideFolder]: ['outside_folder', 'host_outside_folders'],
  [REMOTE_EXIT.notFound]: ['not_found', 'host_link_leads_nowhere'],
  [REMOTE_EXIT.notAFile]: ['not_a_file', 'host_not_a_file'],
  [REMOTE_EXIT.wrongContent]: ['command_failed', 'host_not_whole'],
  [REMOTE_EXIT.changedSincePlan]: ['changed_since_plan', 'host_file_changed'],
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
    this.assertDone(result, path, 'look_at_file');
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
    this.assertDone(result, path, 'read_file');
    const { stat, rest: bytes } = this.parseFacts(path, result.stdout);
    if (bytes.length > maxBytes) {
      throw this.tooLarge(path, maxBytes);
    }
    return { ...stat, bytes, sha256: sha256Of(bytes) };
  }

  async sha256(path: string, options?: CallOptions): Promise<string> {
    const result = await this.script(SHA256_SCRIPT, path, [], { timeoutMs: ARTEFACT_TIMEOUT_MS, ...options });
    this.assertDone(result, path, 'hash_file');
    const [sha256] = /^[0-9a-f]{64}/.exec(result.stdout.toString('latin1')) ?? [];
    if (sha256 === undefined) throw this.unreadable(path);
    return sha256;
  }

  async readableBy(path: string, user: string, options?: CallOptions): Promise<boolean> {
    const file = await this.stat(path, options);
    if (file === undefined)
      throw new HostError('not_found', { code: 'host_file_missing', facts: { host: this.name, path } });
    const { runner } = this.options;
    const account = await askAccount(runner, user, options);
    const command = ['stat', '-L', '-c', '%u %g %a', '--', ...foldersOnTheWay(path, file.realPath)];
    const rights = await runChecked(
      runner,
      { attempt: 'look_at_rights', subject: path },
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
    this.assertDone(result, folder, 'list_folder');
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
    this.assertDone(result, path, 'write_file');
  }

  async installFile(
    localPath: string,
    path: string,
    options: CallOptions & { sha256: string; mode?: number | undefined },
  ): Promise<void> {
    const { sha256, mode, ...call } = options;
    // A file that is wrong already here need not be sent.
    const present = await within(this.name, reading(localPath), ARTEFACT_TIMEOUT_MS, call, (signal) =>
      sha256OfFile(localPath, signal),
    );
    if (present !== sha256) throw this.wrongCopy(path);
    const words = ['', '', mode === undefined ? '' : octal(mode), `${sha256} ${octal(NEW_ARTEFACT_MODE)}`];
    const sending = { timeoutMs: ARTEFACT_TIMEOUT_MS, ...call, inputFile: localPath };
    const result = await this.script(REPLACE_SCRIPT, path, words, sending);
    if (result.exitCode === REMOTE_EXIT.wrongContent) throw this.wrongCopy(path);
    this.assertDone(result, path, 'install_file');
  }

  async copyFile(path: string, to: string, options?: CallOptions): Promise<void> {
    const result = await this.script(COPY_SCRIPT, path, [to], { timeoutMs: ARTEFACT_TIMEOUT_MS, ...options });
    this.assertDone(result, path, 'copy_file');
  }

  async removeFile(path: string, options?: CallOptions): Promise<void> {
    const result = await this.script(REMOVE_SCRIPT, path, [], { timeoutMs: FILE_TIMEOUT_MS, ...options });
    this.assertDone(result, path, 'remove_file');
  }

  private wrongCopy(path: string): HostError {
    const facts = { host: this.name, path };
    return new HostError('changed_since_plan', { code: 'host_wrong_copy', facts });
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

  private assertDone(result: CommandResult, path: string, attempt: HostAttempt): void {
    if (result.exitCode === 0) return;
    if (result.exitCode === REMOTE_EXIT.tooLarge) throw this.tooLarge(path, DEFAULT_MAX_BYTES);
    const [code, fault] = FAULT_OF_EXIT[result.exitCode] ?? [];
    if (code !== undefined && fault !== undefined)
      throw new HostError(code, { code: fault, facts: { host: this.name, path } });
    throw commandFailed(this.name, { attempt, subject: path }, result);
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

  private tooLarge(path: string, maxBytes: number): HostError {
    const facts = { host: this.name, path, maxBytes };
    return new HostError('too_large', { code: 'host_file_too_large', facts });
  }

  private unreadable(path: string): HostError {
    const facts = { host: this.name, path };
    return new HostError('unreadable_answer', { code: 'host_file_unclear', facts });
  }
}

function octal(mode: number): string {
  return mode.toString(8);
}

function isMissing(result: CommandResult): boolean {
  return result.exitCode === 1 && /No such file or directory|Not a directory/.test(result.stderr);
}

const reading = (subject: string): HostTried => ({ attempt: 'read_file', subject });
