import { randomUUID } from 'node:crypto';
import { access, appendFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { TrainingFailure } from '../domain/training.js';
import { lastWords } from '../hosts/command-runner.js';
import { HostError } from '../hosts/host.js';
import { hostErrorCodeFromMessage } from '../hosts/host-calls.js';
import { PLAIN_ENVIRONMENT } from '../hosts/local/local-command-runner.js';
import { quoteForShell, shellLine } from '../hosts/shell-quote.js';
import { errnoOf } from '../machine/errno.js';
import { sha256OfFile } from '../machine/sha256.js';
import { MAX_META_BYTES } from '../model/model-meta.js';
import { MAX_MODEL_BYTES, META_FILE, MIB, MODEL_FILE } from './judge-training.js';
import { placeOnce } from './place-once.js';
import { secretValues } from './secret-values.js';
import { answerOf } from './trainer-answers.js';
import { TrainerLink, type TrainerLinkOptions } from './trainer-link.js';
import { concealedLog, LOG_FILE, logTailOf, MAX_FILE_BYTES, readLog, TAIL_BYTES } from './trainer-log.js';
import { readPlace, type TrainerPlace, takePlace } from './trainer-place.js';
import {
  CANCEL_SCRIPT,
  DESCRIBE_SCRIPT,
  GIVE_UP_SCRIPT,
  INPUT_END,
  READ_SCRIPT,
  START_SCRIPT,
} from './trainer-scripts.js';
import { TrainerAway, type TrainerJob, type TrainerState } from './trainer-state.js';

const HASH_TIMEOUT_MS = 120_000;
const READ_TIMEOUT_MS = 60_000;
/** Each look starts some programs. On a host that may have better to do it is taken less often. */
const LOOK_HERE_MS = 1_500;
const LOOK_THERE_MS = 5_000;
/** One call's share of a file. */
const CHUNK_BYTES = 4 * MIB;
/** Python holds its lines back where it prints into a pipe: progress would come at the end. */
const TRAINER_ENVIRONMENT = { ...PLAIN_ENVIRONMENT, PYTHONUNBUFFERED: '1' };
/** Between the request to end and the kill. */
const GRACE_SECS = 3;

export interface TrainerOptions extends TrainerLinkOptions {
  readonly place: TrainerPlace;
  /** It runs on the bot's machine: `folder` is where it writes. */
  readonly isHere: boolean;
}

/** The trainer of one training, by the commands of its machine. Make one for each step. */
export class Trainer {
  /** The training's folder on the machine where it runs: the trainer writes its model there. */
  readonly folder: string;
  /** How often it is looked at, at most. */
  readonly lookEveryMs: number;
  readonly #o: TrainerOptions;
  readonly #link: TrainerLink;
  /** Of the last look. */
  #seen: { readonly kind: TrainerState['kind']; readonly tail: Buffer } | undefined;

  constructor(options: TrainerOptions) {
    this.#o = options;
    this.#link = new TrainerLink(options);
    this.folder = posix.join(options.base, options.trainingId);
    this.lookEveryMs = options.isHere ? LOOK_HERE_MS : LOOK_THERE_MS;
  }

  /** Starting twice runs the trainer once. @returns why it cannot run there at all @throws TrainerAway */
  async start(job: TrainerJob): Promise<TrainingFailure | undefined> {
    const { runner, folder, place } = this.#o;
    const isFirst = await takePlace(folder, place);
    if (!isFirst && (await readPlace(folder)) === 'given_up') return undefined;
    const bounds = [job.timeLimitMs / 1000, GRACE_SECS, Math.floor(job.memoryLimitBytes / 1024)].map(String);
    const plain = Object.entries(TRAINER_ENVIRONMENT).map(([name, value]) => `${name}=${value}`);
    const words = [place.workingFolder ?? this.folder, ...bounds, ...job.command];
    const command = ['env', '-i', ...plain, ...this.#link.script(START_SCRIPT, words)];
    const result = await this.#link.run(command, { input: this.#inputOf(job) }).catch((error: unknown) => {
      const words = error instanceof TrainerAway ? refusedWords(error.cause) : undefined;
      if (isFirst && words !== undefined) return words;
      throw error;
    });
    // Whatever answers there runs no shell: a forced command, as a rule.
    if (typeof result === 'string') return unfit({ host: runner.host, said: result });
    if (answerOf(result.stdout) === undefined && isFirst) {
      return unfit({ host: runner.host, said: lastWords(result.stderr) || `exit ${result.exitCode}` });
    }
    const [said = '', ...rest] = (await this.#link.understood(result)).line.split(' ');
    if (said === 'missing') return unfit({ host: runner.host, missing: rest.join(', ') });
    if (said !== 'refused') return undefined;
    return { code: 'not_started', facts: { code: hostErrorCodeFromMessage(rest.join(' ')) } };
  }

  /** @throws TrainerAway */
  async look(): Promise<TrainerState> {
    const place = await readPlace(this.#o.folder);
    if (place === undefined) return { kind: 'none', askedAt: undefined };
    if (place === 'given_up') return { kind: 'given_up' };
    const { state, tail } = await this.#link.look(TAIL_BYTES);
    this.#seen = { kind: state.kind, tail };
    return state;
  }

  /**
   * Takes the place of a runner that has not shown itself: one that starts after this ends at once.
   * @returns false where a runner was faster @throws TrainerAway
   */
  async giveUp(): Promise<boolean> {
    const { folder } = this.#o;
    if (await takePlace(folder, 'given_up')) return true;
    if ((await readPlace(folder)) === 'given_up') return false;
    const { line } = await this.#link.ask(GIVE_UP_SCRIPT);
    return line === 'given_up';
  }

  /** Asks the trainer to end; it is killed where it does not. What is gone already is fine. @throws TrainerAway */
  async cancel(): Promise<void> {
    await this.#link.ask(CANCEL_SCRIPT, ['cancel']);
  }

  /** Kills a trainer that has outlived who ran it. @throws TrainerAway */
  async endOrphan(): Promise<void> {
    await this.#link.ask(CANCEL_SCRIPT, ['orphan']);
  }

  /** The end of its log, for progress. @throws TrainerAway */
  async logTail(secrets: readonly string[]): Promise<string> {
    if (this.#seen === undefined) await this.look();
    if (this.#seen?.kind === 'ended') await this.#keepLog(secrets);
    return logTailOf(this.#seen?.tail ?? Buffer.alloc(0), secrets);
  }

  /** The log's end, with its secrets. undefined: there is none, or it cannot be had now. */
  async log(): Promise<Buffer | undefined> {
    const { folder } = this.#o;
    const kept = await readLog(folder);
    if (kept !== undefined || typeof (await readPlace(folder)) !== 'object') return kept;
    try {
      const { state, tail } = await this.#link.look(MAX_FILE_BYTES);
      return state.kind === 'none' ? undefined : tail;
    } catch (error) {
      if (error instanceof TrainerAway) return undefined;
      throw error;
    }
  }

  /** Brings what it wrote to the bot's machine, where the gate judges it. @throws TrainerAway */
  async fetchOutputs(): Promise<TrainingFailure | undefined> {
    if (this.#o.isHere) return undefined;
    return (await this.#fetch(META_FILE, MAX_META_BYTES)) ?? (await this.#fetch(MODEL_FILE, MAX_MODEL_BYTES));
  }

  /** For those who read it when the host is away or has been cleaned up. */
  async #keepLog(secrets: readonly string[]): Promise<void> {
    const path = join(this.#o.folder, LOG_FILE);
    if (await exists(path)) return;
    const { tail } = await this.#link.look(MAX_FILE_BYTES);
    await placeOnce(path, await concealedLog(tail, secrets));
  }

  async #fetch(file: string, most: number): Promise<TrainingFailure | undefined> {
    const path = join(this.#o.folder, file);
    if (await exists(path)) return undefined;
    const { line } = await this.#link.ask(DESCRIBE_SCRIPT, [file, String(most)], HASH_TIMEOUT_MS);
    const [kind, size, sha256 = ''] = line.split(' ');
    // That there is none is for who judges it.
    if (kind === 'absent') return undefined;
    if (kind === 'large') return { code: 'output_too_large', facts: { file, most: most / MIB } };
    if (kind !== 'file') return { code: 'output_not_a_file', facts: { file } };
    const copy = `${path}.${randomUUID()}.part`;
    try {
      await this.#copy(file, Number(size), copy);
      if ((await sha256OfFile(copy)) !== sha256) return notFetched(file, 'changed');
      await rename(copy, path);
      return undefined;
    } catch (error) {
      const code = errnoOf(error);
      if (error instanceof TrainerAway || code === undefined) throw error;
      return notFetched(file, code);
    } finally {
      await rm(copy, { force: true });
    }
  }

  async #copy(file: string, size: number, copy: string): Promise<void> {
    await writeFile(copy, '', { mode: 0o600 });
    for (let from = 0; from < size; from += CHUNK_BYTES) {
      const words = [file, String(from + 1), String(CHUNK_BYTES)];
      const { rest } = await this.#link.ask(READ_SCRIPT, words, READ_TIMEOUT_MS);
      // Of one that grows meanwhile no more is taken than it was.
      await appendFile(copy, rest.subarray(0, Math.min(CHUNK_BYTES, size - from)));
    }
  }

  /** Two words for the shell there: what the log must not hold, and the variables. */
  #inputOf({ environment, secrets }: TrainerJob): Buffer {
    // The bot's own secrets stay on its machine.
    const hidden = (this.#o.isHere ? secrets : secretValues(environment, {})).flatMap((value) =>
      value.split(/[\r\n]+/),
    );
    const exports = Object.entries(environment).map(
      ([name, value]) => `export ${name}=${quoteForShell(value)}`,
    );
    return Buffer.from(`${shellLine([hidden.join('\n'), exports.join('\n')])} ${INPUT_END}`);
  }
}

const unfit = (facts: TrainingFailure['facts']): TrainingFailure => ({ code: 'host_unfit', facts });

const notFetched = (file: string, code: string): TrainingFailure => ({
  code: 'not_fetched',
  facts: { file, code },
});

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** What a host said that runs none of the bot's commands; undefined: it is another fault. */
const refusedWords = (error: unknown): string | undefined =>
  error instanceof HostError && error.fault.code === 'host_runs_no_command'
    ? error.fault.facts.words
    : undefined;
