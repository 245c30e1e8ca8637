import { randomUUID } from 'node:crypto';
import { access, appendFile, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { z } from 'zod';
import type { TrainingFailure } from '../domain/training.js';
import { type CommandResult, type CommandRunner, commandFailed, lastWords } from '../hosts/command-runner.js';
import { HostError } from '../hosts/host.js';
import { errnoOf, hostErrorCodeFromMessage } from '../hosts/host-fault.js';
import { PLAIN_ENVIRONMENT } from '../hosts/local/local-command-runner.js';
import { quoteForShell, shellLine } from '../hosts/shell-quote.js';
import { sha256OfFile } from '../release/staging.js';
import { MAX_META_BYTES, MAX_MODEL_BYTES, META_FILE, MIB, MODEL_FILE } from './judge-training.js';
import { placeOnce } from './place-once.js';
import { answerOf, type RemoteAnswer, trainerStateOf } from './remote-answers.js';
import { type RemotePlace, readPlace, takePlace } from './remote-place.js';
import {
  CANCEL_SCRIPT,
  DESCRIBE_SCRIPT,
  GIVE_UP_SCRIPT,
  INPUT_END,
  LOOK_SCRIPT,
  READ_SCRIPT,
  REMOTE_FOLDER,
  START_SCRIPT,
} from './remote-trainer-scripts.js';
import { secretValues, withoutSecrets } from './secret-values.js';
import {
  LOG_FILE,
  type LogPage,
  logPageOf,
  logTailOf,
  MAX_FILE_BYTES,
  readLogPage,
  TAIL_BYTES,
} from './trainer-log.js';
import type { TrainerJob, TrainerState } from './trainer-process.js';
import { TrainerAway, type TrainerRunner } from './trainer-runner.js';

const TIMEOUT_MS = 10_000;
const HASH_TIMEOUT_MS = 120_000;
const READ_TIMEOUT_MS = 60_000;
/** Each look starts some programs on a host that may have better to do. */
const LOOK_EVERY_MS = 5_000;
/** One call's share of a file. */
const CHUNK_BYTES = 4 * MIB;
/** As of a trainer on the bot's machine. */
const GRACE_SECS = 3;
const CONTACT_FILE = 'contact.json';
const contactSchema = z.object({ heardAt: z.iso.datetime(), isSeen: z.boolean() });

interface SshTrainerOptions {
  /** Without a forced command: a training needs a shell on the host. */
  readonly runner: CommandRunner;
  readonly trainingId: string;
  /** The training's folder on the bot's machine: what is known of the host, and what was fetched from it. */
  readonly folder: string;
  readonly place: RemotePlace;
  readonly now: () => Date;
  /** Ends what is being asked of the host, not the trainer: then the calls fail with `cancelled`. */
  readonly signal?: AbortSignal | undefined;
}

/** A training on a host behind ssh. Make one for each step. */
export const createSshTrainer = (options: SshTrainerOptions): TrainerRunner => new SshTrainer(options);

class SshTrainer implements TrainerRunner {
  readonly lookEveryMs = LOOK_EVERY_MS;
  readonly folder: string;
  readonly #o: SshTrainerOptions;
  /** Of the last look. */
  #seen: { readonly kind: TrainerState['kind']; readonly tail: Buffer } | undefined;

  constructor(options: SshTrainerOptions) {
    this.#o = options;
    this.folder = posix.join(options.place.workingFolder, REMOTE_FOLDER, options.trainingId);
  }

  async start(job: TrainerJob): Promise<TrainingFailure | undefined> {
    const { runner, folder, place } = this.#o;
    const isFirst = await takePlace(folder, place);
    if (!isFirst && (await readPlace(folder)) === 'given_up') return undefined;
    const bounds = [job.timeLimitMs / 1000, GRACE_SECS, Math.floor(job.memoryLimitBytes / 1024)].map(String);
    const plain = Object.entries(PLAIN_ENVIRONMENT).map(([name, value]) => `${name}=${value}`);
    const command = [...this.#script(START_SCRIPT, ...bounds), ...job.command];
    const result = await this.#run(['env', '-i', ...plain, ...command], { input: inputOf(job) });
    const answer = answerOf(result.stdout);
    if (answer === undefined && isFirst) {
      // Whatever answers there runs no shell: a forced command, as a rule.
      return unfit({ host: runner.host, said: lastWords(result.stderr) || `exit code ${result.exitCode}` });
    }
    const [said = '', ...words] = (await this.#understood(result)).line.split(' ');
    if (said === 'missing') return unfit({ host: runner.host, missing: words.join(', ') });
    if (said !== 'refused') return undefined;
    return { code: 'not_started', facts: { code: hostErrorCodeFromMessage(words.join(' ')) } };
  }

  async look(): Promise<TrainerState> {
    const place = await readPlace(this.#o.folder);
    if (place === undefined) return { kind: 'none', askedAt: undefined };
    if (place === 'given_up') return { kind: 'given_up' };
    const { state, tail } = await this.#lookThere(TAIL_BYTES);
    this.#seen = { kind: state.kind, tail };
    return state;
  }

  async giveUp(): Promise<boolean> {
    const { folder } = this.#o;
    if (await takePlace(folder, 'given_up')) return true;
    if ((await readPlace(folder)) === 'given_up') return false;
    const { line } = await this.#ask(GIVE_UP_SCRIPT);
    return line === 'given_up';
  }

  async cancel(): Promise<void> {
    await this.#ask(CANCEL_SCRIPT, 'cancel');
  }

  async endOrphan(): Promise<void> {
    await this.#ask(CANCEL_SCRIPT, 'orphan');
  }

  async logTail(secrets: readonly string[]): Promise<string> {
    if (this.#seen === undefined) await this.look();
    if (this.#seen?.kind === 'ended') await this.#keepLog(secrets);
    return logTailOf(this.#seen?.tail ?? Buffer.alloc(0), secrets);
  }

  async logPage(secrets: readonly string[], page?: number): Promise<LogPage | undefined> {
    const { folder } = this.#o;
    const kept = await readLogPage(folder, secrets, page);
    if (kept !== undefined || typeof (await readPlace(folder)) !== 'object') return kept;
    try {
      const { state, tail } = await this.#lookThere(MAX_FILE_BYTES);
      return state.kind === 'none' ? undefined : logPageOf(tail, secrets, page);
    } catch (error) {
      if (error instanceof TrainerAway) return undefined;
      throw error;
    }
  }

  async fetchOutputs(): Promise<TrainingFailure | undefined> {
    return (await this.#fetch(META_FILE, MAX_META_BYTES)) ?? (await this.#fetch(MODEL_FILE, MAX_MODEL_BYTES));
  }

  /** For those who read it when the host is away or has been cleaned up. */
  async #keepLog(secrets: readonly string[]): Promise<void> {
    const path = join(this.#o.folder, LOG_FILE);
    if (await exists(path)) return;
    const { tail } = await this.#lookThere(MAX_FILE_BYTES);
    await placeOnce(path, withoutSecrets(tail.toString('utf8'), secrets));
  }

  async #fetch(file: string, most: number): Promise<TrainingFailure | undefined> {
    const path = join(this.#o.folder, file);
    if (await exists(path)) return undefined;
    const { line } = await this.#ask(DESCRIBE_SCRIPT, file, String(most));
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
      const { rest } = await this.#ask(READ_SCRIPT, file, String(from + 1), String(CHUNK_BYTES));
      // Of one that grows meanwhile no more is taken than it was.
      await appendFile(copy, rest.subarray(0, Math.min(CHUNK_BYTES, size - from)));
    }
  }

  async #lookThere(tailBytes: number): Promise<{ readonly state: TrainerState; readonly tail: Buffer }> {
    const result = await this.#run(this.#script(LOOK_SCRIPT, String(tailBytes)));
    const answer = answerOf(result.stdout);
    const state = answer === undefined ? undefined : trainerStateOf(answer.line, this.#o.now());
    if (answer === undefined || state === undefined) throw await this.#away(this.#unreadable(result));
    const contact = await this.#contact();
    await this.#heard(contact?.isSeen === true || !['none', 'given_up'].includes(state.kind));
    // What has been there and is not any more was taken away: a second start would be a second trainer.
    const isGone = state.kind === 'none' && contact?.isSeen === true;
    return { state: isGone ? { kind: 'lost' } : state, tail: answer.rest };
  }

  async #ask(script: string, ...words: readonly string[]): Promise<RemoteAnswer> {
    const timeoutMs =
      script === DESCRIBE_SCRIPT ? HASH_TIMEOUT_MS : script === READ_SCRIPT ? READ_TIMEOUT_MS : TIMEOUT_MS;
    return this.#understood(await this.#run(this.#script(script, ...words), { timeoutMs }));
  }

  async #understood(result: CommandResult): Promise<RemoteAnswer> {
    const answer = result.exitCode === 0 ? answerOf(result.stdout) : undefined;
    if (answer === undefined) throw await this.#away(this.#unreadable(result));
    await this.#heard((await this.#contact())?.isSeen === true);
    return answer;
  }

  readonly #script = (text: string, ...words: readonly string[]): readonly string[] => {
    const { place, trainingId } = this.#o;
    return ['sh', '-c', text, 'lobml', place.workingFolder, trainingId, ...words];
  };

  async #run(
    command: readonly string[],
    { timeoutMs = TIMEOUT_MS, ...options }: { timeoutMs?: number; input?: Buffer } = {},
  ): Promise<CommandResult> {
    const { runner, signal } = this.#o;
    try {
      return await runner.run(command, {
        timeoutMs,
        ...options,
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (error) {
      if (error instanceof HostError && error.code !== 'cancelled') throw await this.#away(error);
      throw error;
    }
  }

  readonly #unreadable = (result: CommandResult): HostError =>
    commandFailed(this.#o.runner.host, 'asking about a training', result);

  async #away(cause: HostError): Promise<TrainerAway> {
    const heardAt = (await this.#contact())?.heardAt;
    return new TrainerAway(cause.host, heardAt === undefined ? undefined : new Date(heardAt), cause);
  }

  async #contact(): Promise<z.infer<typeof contactSchema> | undefined> {
    try {
      return contactSchema.parse(JSON.parse(await readFile(join(this.#o.folder, CONTACT_FILE), 'utf8')));
    } catch {
      return undefined;
    }
  }

  async #heard(isSeen: boolean): Promise<void> {
    const { folder, now } = this.#o;
    const path = join(folder, CONTACT_FILE);
    const temporary = `${path}.${randomUUID()}.tmp`;
    await writeFile(temporary, JSON.stringify({ heardAt: now().toISOString(), isSeen }), { mode: 0o600 });
    await rename(temporary, path);
  }
}

/** Two words for the shell there: what the log must not hold, and the variables. The bot's own secrets stay here. */
function inputOf({ environment }: TrainerJob): Buffer {
  const secrets = secretValues(environment, {}).flatMap((value) => value.split(/[\r\n]+/));
  const exports = Object.entries(environment).map(
    ([name, value]) => `export ${name}=${quoteForShell(value)}`,
  );
  return Buffer.from(`${shellLine([secrets.join('\n'), exports.join('\n')])} ${INPUT_END}`);
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
