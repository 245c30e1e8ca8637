import { setImmediate as turn } from 'node:timers/promises';
import { isRecord } from '../../domain/canonical-json.js';
import { ChildProgram, type LiveProgram, ProgramEnded, tell } from '../../machine/child-program.js';
import { programPath } from '../../machine/package-root.js';
import type { Logger } from '../../telemetry/logger.js';
import { type Clock, withTimeout } from '../../time/clock.js';
import { type WriteWanted, writeWanted } from '../environment/write-wanted.js';
import { type Host, HostError } from '../host.js';
import { cancelled } from '../host-calls.js';
import type { HostRequirements } from '../host-kind.js';
import { createHost } from '../kinds/create-host.js';
import type { TargetHost } from '../kinds/target-host.js';
import type { HostAnswer, HostCall, HostMethod, HostsBot, HostsProcess } from './link.js';

export interface HostsChildOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
  /** Path of the program. */
  readonly program?: string;
  /** How often a process that has begun is asked whether it is there, and how long it may take to say so. */
  readonly lookMs?: number;
}

type Live = LiveProgram<HostsProcess, HostsBot>;

/** One that has not begun by then is ended: the bot does it itself. */
const BEGIN_MS = 1_000;
/** How long a process that was killed may take to be gone. */
const GONE_MS = 1_000;
const LOOK_MS = 5_000;
const PROGRAM = 'src/app/hosts-process';

/** Doing it twice is doing it once. */
const LOOKS: ReadonlySet<HostMethod> = new Set([
  'stat',
  'readFile',
  'sha256',
  'readableBy',
  'listFiles',
  'service.status',
  'service.account',
  'service.logs',
  'service.processEnvironment',
  'service.processFacts',
  'clock',
  'service.processes',
  'service.definition',
  'service.variableNames',
  'service.deadMan.look',
]);

/**
 * Hosts whose work is done by a small process of its own. A start of a program holds up whoever starts it, the longer the
 * more memory it has; and every step of a file's way to the disk waits for its turn in a thread that also serves Slack and
 * the database. Wherever that process does not begin at once the bot does the work itself: nothing depends on it.
 */
export class HostsChild {
  readonly #o: HostsChildOptions;
  readonly #program: ChildProgram<HostsProcess, HostsBot, null>;
  readonly #begun = new Map<number, () => void>();
  #lastId = 0;

  constructor(options: HostsChildOptions) {
    this.#o = options;
    const { environment, clock, logger, program = programPath(import.meta.url, PROGRAM) } = options;
    this.#program = new ChildProgram({
      program,
      environment,
      functions: { begins: (id) => this.#begun.get(id)?.() },
      events: ['cancel'],
      onUnavailable: (because) => logger.warn({ because }, 'the bot does the work of hosts itself'),
      clock,
    });
  }

  /** Starts the process where none runs. Resolves when it is ready, or there is none for now. */
  async warm(): Promise<void> {
    await this.#program.opened();
  }

  /** Resolves when it has ended: after what it had begun, or soon. */
  close(): Promise<void> {
    return this.#program.close();
  }

  /** Like `createHost`. */
  hostOf(settings: TargetHost, requirements: Omit<HostRequirements, 'yieldToHalt'> = {}): Host {
    const here = createHost(settings, requirements);
    const { service } = here;
    const { deadMan } = service;
    const via = <Words extends readonly unknown[], Value>(
      method: HostMethod,
      own: (...words: Words) => Promise<Value>,
    ) => this.#via({ settings, requirements, method }, own);
    const replaceFile = via('replaceFile', here.replaceFile.bind(here));
    return {
      name: here.name,
      stat: via('stat', here.stat.bind(here)),
      readFile: via('readFile', here.readFile.bind(here)),
      sha256: via('sha256', here.sha256.bind(here)),
      readableBy: via('readableBy', here.readableBy.bind(here)),
      listFiles: via('listFiles', here.listFiles.bind(here)),
      replaceFile: async (path, bytes, { ready, ...options } = {}) => {
        await ready;
        return replaceFile(path, bytes, options);
      },
      installFile: via('installFile', here.installFile.bind(here)),
      copyFile: via('copyFile', here.copyFile.bind(here)),
      removeFile: via('removeFile', here.removeFile.bind(here)),
      run: via('run', here.run.bind(here)),
      clock: here.clock && via('clock', here.clock),
      service: {
        description: service.description,
        status: via('service.status', service.status.bind(service)),
        restart: via('service.restart', service.restart.bind(service)),
        stop: via('service.stop', service.stop.bind(service)),
        kill: service.kill && via('service.kill', service.kill.bind(service)),
        deadMan: deadMan && {
          arm: via('service.deadMan.arm', deadMan.arm.bind(deadMan)),
          disarm: via('service.deadMan.disarm', deadMan.disarm.bind(deadMan)),
          look: via('service.deadMan.look', deadMan.look.bind(deadMan)),
        },
        account: via('service.account', service.account.bind(service)),
        logs: via('service.logs', service.logs.bind(service)),
        processes: via('service.processes', service.processes.bind(service)),
        variableNames: via('service.variableNames', service.variableNames.bind(service)),
        definition: via('service.definition', service.definition.bind(service)),
        processFacts: via('service.processFacts', service.processFacts.bind(service)),
        processEnvironment: via('service.processEnvironment', service.processEnvironment.bind(service)),
      },
    };
  }

  /** Like `writeWanted`, in one call: between its steps nothing waits for the bot. */
  writeWanted(requirements: Omit<HostRequirements, 'yieldToHalt'> = {}): WriteWanted {
    return (settings, ...words) => {
      const own = (...said: typeof words) =>
        writeWanted(createHost(settings, requirements), settings, ...said);
      return this.#via({ settings, requirements, method: 'writeWanted' }, own)(...words);
    };
  }

  #via<Words extends readonly unknown[], Value>(
    call: Omit<HostCall, 'words' | 'signalAt'>,
    own: (...words: Words) => Promise<Value>,
  ): (...words: Words) => Promise<Value> {
    return async (...words) => {
      const { name } = call.settings;
      const { signal, ...sent } = withoutSignal(words);
      if (signal?.aborted) throw cancelled(name, { attempt: 'program', subject: call.method });
      const answer = await this.#ask({ ...call, ...sent }, signal);
      if (answer === undefined) return own(...words);
      if (answer.kind === 'failed') throw new HostError(answer.code, answer.fault, answer);
      // The other side is the same program and called the same method.
      return answer.value as Value;
    };
  }

  /** undefined: nothing was done, or nothing but a look: the bot does it itself. */
  async #ask(call: HostCall, signal: AbortSignal | undefined): Promise<HostAnswer | undefined> {
    const live = this.#program.live;
    if (live === undefined) {
      void this.warm();
      return undefined;
    }
    this.#lastId += 1;
    const id = this.#lastId;
    let hasBegun = false;
    const begun = new Promise<void>((resolve) =>
      this.#begun.set(id, () => {
        hasBegun = true;
        resolve();
      }),
    );
    const cancel = () => tell(live.calls.cancel(id));
    const answer = live.calls.call(id, call);
    const over = answer.then(
      () => undefined,
      () => undefined,
    );
    try {
      signal?.addEventListener('abort', cancel, { once: true });
      await withTimeout(this.#o.clock, BEGIN_MS, Promise.race([begun, over]));
      await untilHeard(() => hasBegun);
      if (!hasBegun) return await this.#endUnbegun(live);
      return await this.#answered(live, call, answer);
    } finally {
      signal?.removeEventListener('abort', cancel);
      this.#begun.delete(id);
    }
  }

  /** Whoever has ended without having begun has done nothing. */
  async #endUnbegun(live: Live): Promise<undefined> {
    live.kill();
    await withTimeout(this.#o.clock, GONE_MS, live.exited);
    return undefined;
  }

  async #answered(
    live: Live,
    { settings, method }: HostCall,
    answer: Promise<HostAnswer>,
  ): Promise<HostAnswer | undefined> {
    const over = new AbortController();
    void this.#endWhenSilent(live, over.signal);
    try {
      return await answer;
    } catch (error) {
      if (!(error instanceof ProgramEnded)) throw error;
      if (LOOKS.has(method)) return undefined;
      const facts = { host: settings.name, method };
      throw new HostError('unreachable', { code: 'host_act_lost', facts });
    } finally {
      over.abort();
    }
  }

  /** The process keeps the time-outs of what it does; one that answers nothing any more keeps none. */
  async #endWhenSilent(live: Live, over: AbortSignal): Promise<void> {
    const { clock, lookMs = LOOK_MS } = this.#o;
    for (;;) {
      await clock.sleep(lookMs, over).catch(() => undefined);
      if (over.aborted) return;
      let isThere = false;
      const asked = live.calls.isThere().then(
        () => {
          isThere = true;
        },
        () => undefined,
      );
      await withTimeout(clock, lookMs, asked);
      await untilHeard(() => isThere);
      if (over.aborted) return;
      if (!isThere) return live.kill();
    }
  }
}

/** What was said in time may wait behind this process's own work: a turn of the loop hears it. */
async function untilHeard(isHeard: () => boolean): Promise<void> {
  for (let turns = 0; turns < 2 && !isHeard(); turns += 1) await turn();
}

/** A signal cannot be sent: it is told by a message of its own. */
function withoutSignal(words: readonly unknown[]): Pick<HostCall, 'words' | 'signalAt'> & {
  readonly signal: AbortSignal | undefined;
} {
  const signalAt = words.findIndex((word) => isRecord(word) && word.signal instanceof AbortSignal);
  const found = words[signalAt];
  if (!isRecord(found) || !(found.signal instanceof AbortSignal)) {
    return { words, signalAt: undefined, signal: undefined };
  }
  const { signal, ...others } = found;
  return { words: words.with(signalAt, others), signalAt, signal };
}
