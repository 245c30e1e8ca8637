import type { HostAnswer, HostCall, HostsBot, HostsProcess } from '../hosts/apart/link.js';
import type { Wanted } from '../hosts/environment/wanted.js';
import { type WriteOptions, writeWanted } from '../hosts/environment/write-wanted.js';
import { HostError } from '../hosts/host.js';
import { createHost } from '../hosts/kinds/create-host.js';
import { connectToParent } from '../machine/parent-process.js';

/**
 * The program of the bot's process for hosts. It loads little and does little else, so that it is small and answers at
 * once. What it has begun it ends when the bot is gone, as the bot's own programs would go on without it.
 */
const running = new Map<number, AbortController>();
let isLeft = false;

const endWhenDone = () => {
  if (isLeft && running.size === 0) process.exit();
};

const own: HostsProcess = {
  async call(id, call): Promise<HostAnswer> {
    const controller = new AbortController();
    running.set(id, controller);
    void bot.begins(id);
    try {
      return { kind: 'done', value: await methodOf(call)(...wordsOf(call, controller.signal)) };
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      const { code, fault, exitCode } = error;
      return { kind: 'failed', code, fault, exitCode };
    } finally {
      running.delete(id);
      endWhenDone();
    }
  },
  cancel: (id) => running.get(id)?.abort(),
  isThere: () => true,
};

/** The two sides are one version of one program: the words are those of the method. */
function methodOf({
  settings,
  requirements,
  method,
}: HostCall): (...words: readonly unknown[]) => Promise<unknown> {
  const host = createHost(settings, requirements);
  if (method === 'writeWanted')
    return (wanted, options) => writeWanted(host, settings, wanted as Wanted, options as WriteOptions);
  const path = method.split('.');
  const name = path.pop() ?? '';
  const owner = path.reduce((part: object, key) => Object(Reflect.get(part, key)), host);
  const found: unknown = Reflect.get(owner, name);
  if (typeof found !== 'function') throw new TypeError(`a host has no ${method}`);
  return (...words) => found.apply(owner, words);
}

function wordsOf({ words, signalAt }: HostCall, signal: AbortSignal): readonly unknown[] {
  return words.map((word, index) => (index === signalAt ? { ...Object(word), signal } : word));
}

const bot = connectToParent<HostsBot, HostsProcess, null>(own, ['begins'], () => {
  isLeft = true;
  endWhenDone();
});
void bot.ready(null);
