import { randomUUID } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type CommandResult, type CommandRunner, commandFailed } from '../hosts/command-runner.js';
import { HostError } from '../hosts/host.js';
import { answerOf, type TrainerAnswer, trainerStateOf } from './trainer-answers.js';
import { LOOK_SCRIPT } from './trainer-scripts.js';
import { TrainerAway, type TrainerState } from './trainer-state.js';

const TIMEOUT_MS = 10_000;
const CONTACT_FILE = 'contact.json';
const contactSchema = z.object({ heardAt: z.iso.datetime(), isSeen: z.boolean() });

export interface TrainerLinkOptions {
  /** Without a forced command: a training needs a shell. */
  readonly runner: CommandRunner;
  readonly trainingId: string;
  /** The folder of all trainings on the machine where this one runs. */
  readonly base: string;
  /** The training's folder on the bot's machine: what is known of the other one, and what was fetched from it. */
  readonly folder: string;
  readonly now: () => Date;
  /** Ends what is being asked, not the trainer: then the calls fail with `cancelled`. */
  readonly signal?: AbortSignal | undefined;
}

/** Asks the machine of a training by the scripts of trainer-scripts.ts, and notes when it answered. */
export class TrainerLink {
  readonly #o: TrainerLinkOptions;

  constructor(options: TrainerLinkOptions) {
    this.#o = options;
  }

  /** @throws TrainerAway where it is none of the scripts that answers */
  async ask(script: string, words: readonly string[] = [], timeoutMs?: number): Promise<TrainerAnswer> {
    return this.understood(await this.run(this.script(script, words), { timeoutMs }));
  }

  async look(tailBytes: number): Promise<{ readonly state: TrainerState; readonly tail: Buffer }> {
    const result = await this.run(this.script(LOOK_SCRIPT, [String(tailBytes)]));
    const answer = answerOf(result.stdout);
    const state = answer === undefined ? undefined : trainerStateOf(answer.line, this.#o.now());
    if (answer === undefined || state === undefined) throw await this.#away(this.#unreadable(result));
    const contact = await this.#contact();
    await this.#heard(contact?.isSeen === true || !['none', 'given_up'].includes(state.kind));
    // What has been there and is not any more was taken away: a second start would be a second trainer.
    const isGone = state.kind === 'none' && contact?.isSeen === true;
    return { state: isGone ? { kind: 'lost' } : state, tail: answer.rest };
  }

  async understood(result: CommandResult): Promise<TrainerAnswer> {
    const answer = result.exitCode === 0 ? answerOf(result.stdout) : undefined;
    if (answer === undefined) throw await this.#away(this.#unreadable(result));
    await this.#heard((await this.#contact())?.isSeen === true);
    return answer;
  }

  script(text: string, words: readonly string[]): readonly string[] {
    return ['sh', '-c', text, 'lobml', this.#o.base, this.#o.trainingId, ...words];
  }

  async run(
    command: readonly string[],
    { timeoutMs = TIMEOUT_MS, input }: { timeoutMs?: number | undefined; input?: Buffer } = {},
  ): Promise<CommandResult> {
    const { runner, signal } = this.#o;
    try {
      return await runner.run(command, { timeoutMs, input, signal });
    } catch (error) {
      if (error instanceof HostError && error.code !== 'cancelled') throw await this.#away(error);
      throw error;
    }
  }

  #unreadable(result: CommandResult): HostError {
    return commandFailed(this.#o.runner.host, { attempt: 'ask_training', subject: '' }, result);
  }

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
