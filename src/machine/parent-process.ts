import { type BirpcReturn, createBirpc } from 'birpc';
import type { TellsReady } from './child-program.js';

/**
 * The other end of a `ChildProgram`: the process that started this one. What ends that one by a signal does not end
 * this: the parent ends its work in flight first.
 * @param onGone told when the parent has gone, or has let go.
 */
export function connectToParent<Parent extends object, Own extends object, Ready>(
  own: Own,
  events: readonly (keyof Parent)[],
  onGone: () => void,
): BirpcReturn<Parent & TellsReady<Ready>, Own> {
  process.once('disconnect', onGone);
  // It may have gone while this process started.
  if (!process.connected) onGone();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  return createBirpc<Parent & TellsReady<Ready>, Own>(own, {
    // A parent that is gone needs to be told nothing: its end of the channel ends this process.
    post: (message) => process.send?.(message, undefined, undefined, () => undefined),
    on: (listener) => process.on('message', listener),
    bind: 'functions',
    eventNames: ['ready', ...events],
    // The parent answers or is gone.
    timeout: -1,
  });
}
