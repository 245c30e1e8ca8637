import type { ClockReading, Moment } from '../domain/clocks.js';
import { readClock } from '../time/read-clock.js';
import { type CommandRunner, runChecked } from './command-runner.js';
import { type CallOptions, type Host, HostError } from './host.js';

/** Seconds since 1970 of GNU's date; others print the `%N`, or a part of it, as it stands, and so tell whole seconds. */
export const DATE_COMMAND = ['date', '+%s.%N'];

const WHOLE_SECOND_MS = 500;

/** Asks a host for its time, by a command that prints seconds since 1970. @throws HostError */
export async function askMoment(
  runner: CommandRunner,
  command: readonly string[],
  call?: CallOptions,
): Promise<Moment> {
  const { stdout } = await runChecked(runner, { attempt: 'ask_time', subject: '' }, command, call);
  const [, seconds, fraction] = /^(\d{1,12})(?:\.(?:(\d+)|\S*))?\s*$/.exec(stdout.toString('latin1')) ?? [];
  if (seconds === undefined) {
    throw new HostError('unreadable_answer', { code: 'host_time_unreadable', facts: { host: runner.host } });
  }
  if (fraction === undefined) {
    return { at: new Date(Number(seconds) * 1000 + WHOLE_SECOND_MS), errorMs: WHOLE_SECOND_MS };
  }
  return { at: new Date(Number(`${seconds}.${fraction}`) * 1000), errorMs: 0 };
}

/**
 * How a host's clock stands beside the bot's. undefined: it is the bot's own.
 * @param call the bounds of each look. @throws HostError
 */
export async function readHostClock(
  { clock }: Pick<Host, 'clock'>,
  now: () => number,
  call: () => CallOptions,
): Promise<ClockReading | undefined> {
  return clock && readClock(() => clock(call()), now);
}
