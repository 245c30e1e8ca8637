import { constants } from 'node:os';
import { ANSWER } from './trainer-scripts.js';
import type { TrainerExit, TrainerState } from './trainer-state.js';

/** What a script of `trainer-scripts` said: its line, and the bytes after it. */
export interface TrainerAnswer {
  readonly line: string;
  readonly rest: Buffer;
}

/** undefined: it was none of ours that spoke, or it did not get that far. */
export function answerOf(stdout: Buffer): TrainerAnswer | undefined {
  const begin = stdout.indexOf(ANSWER);
  if (begin === -1) return undefined;
  const said = stdout.subarray(begin + ANSWER.length);
  const end = said.indexOf('\n');
  if (end === -1) return undefined;
  return { line: said.subarray(0, end).toString('utf8'), rest: said.subarray(end + 1) };
}

/** @param now by the bot's clock: hosts tell an age. undefined: unreadable */
export function trainerStateOf(line: string, now: Date): TrainerState | undefined {
  const [kind, ...words] = line.split(' ');
  switch (kind) {
    case 'none': {
      const [age] = words;
      if (age === undefined) return { kind, askedAt: undefined };
      return /^-?\d+$/.test(age)
        ? { kind, askedAt: new Date(now.getTime() - Number(age) * 1000) }
        : undefined;
    }
    case 'given_up':
    case 'lost':
      return { kind };
    case 'running':
      return /^\d+$/.test(words[0] ?? '') ? { kind, pid: Number(words[0]) } : undefined;
    case 'ended': {
      const exit = exitOf(words);
      return exit === undefined ? undefined : { kind, exit };
    }
    default:
      return undefined;
  }
}

const REASONS: readonly string[] = ['exited', 'cancelled', 'timed_out', 'not_started'];

/** A shell tells the end by a signal as 128 and its number. */
function exitOf([because = '', status = '', detail = '', endedAt = '']: readonly string[]):
  | TrainerExit
  | undefined {
  if (!REASONS.includes(because) || !/^\d+$/.test(status) || Number.isNaN(Date.parse(endedAt)))
    return undefined;
  const code = Number(status);
  const [signal] = Object.entries(constants.signals).find(([, number]) => number === code - 128) ?? [];
  return {
    because: because as TrainerExit['because'],
    ...(signal === undefined ? { code, signal: null } : { code: null, signal }),
    ...(detail === '-' ? {} : { detail }),
    endedAt,
  };
}
