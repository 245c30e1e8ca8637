import { describe, expect, test } from '@jest/globals';
import {
  decideHostAction,
  decideWithRest,
  type HostAction,
  type HostLook,
  type HostPolicy,
  type HostRest,
} from '../../src/domain/decide-host-action.js';
import type { HostHistory } from '../../src/domain/host-history.js';
import type { ServiceStatus } from '../../src/hosts/host.js';

const running: ServiceStatus = {
  activeState: 'active',
  subState: 'running',
  mainPid: 20,
  invocationId: 'b',
  restarts: 0,
  execMainStatus: 0,
  activeSince: undefined,
};
const stopped: ServiceStatus = { ...running, activeState: 'inactive', subState: 'dead', mainPid: 0 };
const untouched: HostHistory = {
  writeFailed: false,
  outdatedPid: undefined,
  inFlight: undefined,
  restarts: 0,
  restartedAt: undefined,
  replacedPid: undefined,
  automaticRestarts: undefined,
  stops: 0,
  stoppedAt: undefined,
  waitingSince: undefined,
};
const restarted: HostHistory = {
  ...untouched,
  restarts: 1,
  restartedAt: 1_000,
  replacedPid: 10,
  automaticRestarts: 0,
};

const decide = (look: Partial<HostLook>, history: HostHistory, policy: Partial<HostPolicy> = {}) =>
  decideHostAction(
    { at: 5_000, disk: 'as_wanted', status: running, process: 'as_wanted', ...look },
    history,
    { restartSecMs: 5_000, stop: 'allowed', ...policy },
  );

describe('what to do next on a host', () => {
  test.each([
    [
      'a process that shows the flag off needs nothing',
      {},
      untouched,
      { kind: 'settled', process: 'as_wanted' },
    ],
    [
      'a stopped service is not started',
      { status: stopped, process: 'none' },
      untouched,
      { kind: 'settled', process: 'stopped' },
    ],
    ['a file that somebody changed back is written again', { disk: 'differs' }, restarted, { kind: 'write' }],
    ['a process with the flag on is restarted', { process: 'differs' }, untouched, { kind: 'restart' }],
    [
      'nobody answers',
      { status: undefined, process: 'none' },
      untouched,
      { kind: 'wait', fault: 'not_answering' },
    ],
    [
      'the old process lives on',
      { status: { ...running, mainPid: 10 }, process: 'differs' },
      restarted,
      { kind: 'stop', because: 'restart_ignored' },
    ],
    [
      'a moment after the restart nothing is said yet',
      { at: 1_500, status: { ...running, mainPid: 10 }, process: 'differs' },
      restarted,
      { kind: 'wait', fault: null },
    ],
    [
      'a new process with the flag on is restarted once more',
      { process: 'differs' },
      restarted,
      { kind: 'restart' },
    ],
    [
      'and then stopped',
      { process: 'differs' },
      { ...restarted, restarts: 2 },
      { kind: 'stop', because: 'process_differs' },
    ],
    [
      'a restart that is under way is not doubled',
      { process: 'differs', status: { ...running, activeState: 'deactivating' } },
      untouched,
      { kind: 'wait', fault: null },
    ],
    [
      'two automatic restarts are a loop',
      { status: { ...running, restarts: 2 } },
      restarted,
      { kind: 'stop', because: 'restart_loop' },
    ],
    [
      'a refused write does not keep the service from being stopped',
      { disk: 'differs', process: 'differs' },
      { ...untouched, writeFailed: true },
      { kind: 'stop', because: 'not_on_disk' },
    ],
    [
      'a stop that failed is repeated while the write is refused',
      { disk: 'differs', process: 'differs', at: 7_000 },
      { ...untouched, writeFailed: true, stops: 1, stoppedAt: 1_000 },
      { kind: 'stop', because: 'stop_failed' },
    ],
    [
      'a stopped service is off, whatever stands in a file that cannot be written',
      { disk: 'differs', status: stopped, process: 'none' },
      { ...untouched, writeFailed: true, stops: 1, stoppedAt: 1_000 },
      { kind: 'settled', process: 'stopped' },
    ],
    [
      'the process from before the change is no proof, whatever it shows',
      {},
      { ...untouched, outdatedPid: 20 },
      { kind: 'restart' },
    ],
    [
      'and after a restart it is one that was ignored',
      {},
      { ...restarted, replacedPid: 20, outdatedPid: 20 },
      { kind: 'stop', because: 'restart_ignored' },
    ],
    [
      'a process that cannot be looked at is said',
      { process: 'unreadable' },
      restarted,
      { kind: 'wait', fault: 'process_unreadable' },
    ],
  ] as const)('%s', (_what, look, history, action) => {
    expect(decide(look, history)).toEqual(action);
  });

  const policy = { killAfterMs: 20_000, canKill: true };
  const told: HostHistory = {
    ...untouched,
    inFlight: 'restart',
    restarts: 1,
    replacedPid: 20,
    toldAt: 1_000,
  };
  const deaf = { process: 'differs' } as const;
  const kill: HostAction = { kind: 'kill', fault: 'not_ending' };
  test.each<[string, number, HostHistory, Partial<HostPolicy>, HostAction]>([
    ['has its time', 20_999, told, policy, { kind: 'wait', fault: null }],
    ['is killed then', 21_000, told, policy, kill],
    ['is killed by a stop that waits as well', 21_000, { ...told, inFlight: 'stop', stops: 1 }, policy, kill],
    [
      'is not killed twice at once',
      25_999,
      { ...told, killedAt: 21_000 },
      policy,
      { kind: 'wait', fault: 'not_ending' },
    ],
    ['is killed again', 26_000, { ...told, killedAt: 21_000 }, policy, kill],
    [
      'stands there where nothing can kill it',
      21_000,
      told,
      { ...policy, canKill: false },
      { kind: 'wait', fault: 'not_ending' },
    ],
    [
      'is not the new one, which only starts slowly',
      21_000,
      { ...told, replacedPid: 10 },
      policy,
      { kind: 'wait', fault: null },
    ],
  ])('a process that was told to end %s', (_what, at, history, more, action) => {
    expect(decide({ ...deaf, at }, history, more)).toEqual(action);
  });

  test('what a stopped service has left is killed as late as its main process would be', () => {
    const gone: HostAction = { kind: 'settled', process: 'stopped' };
    const rest: HostRest = { left: [7], isLoaded: false };
    const history: HostHistory = { ...told, inFlight: undefined, stops: 1 };
    const all: HostPolicy = { restartSecMs: 5_000, stop: 'allowed', ...policy };
    const fault = 'processes_left';
    expect(decideWithRest(gone, rest, history, all, 20_999)).toEqual({ ...gone, fault });
    expect(decideWithRest(gone, rest, history, all, 21_000)).toEqual({ kind: 'kill', fault });
  });

  test('for another model a service is never stopped', () => {
    const look = { status: { ...running, mainPid: 10 }, process: 'differs' } as const;
    expect(decide(look, restarted, { stop: 'never' })).toEqual({ kind: 'wait', fault: 'restart_ignored' });
  });

  test('a service that was asked to stop is not restarted', () => {
    expect(decide({ process: 'differs' }, untouched, { stop: 'asked' })).toEqual({
      kind: 'stop',
      because: 'asked',
    });
  });
});

describe('what a host that is off must show besides', () => {
  const off: HostAction = { kind: 'settled', process: 'as_wanted' };
  const gone: HostAction = { kind: 'settled', process: 'stopped' };
  test.each<[string, HostAction, Partial<HostRest>, HostPolicy['stop'], HostAction]>([
    ['nothing left, nothing loaded', off, {}, 'allowed', off],
    [
      'a process of before, of a service that can be stopped',
      off,
      { left: [7] },
      'allowed',
      { kind: 'stop', because: 'processes_left' },
    ],
    [
      'a process of before, of one that is stopped',
      gone,
      { left: [7] },
      'allowed',
      { ...gone, fault: 'processes_left' },
    ],
    [
      'processes that nobody can see',
      gone,
      { left: undefined },
      'asked',
      { ...gone, fault: 'processes_unknown' },
    ],
    [
      'a strategy that was loaded all the same',
      off,
      { isLoaded: true },
      'allowed',
      { ...off, fault: 'strategy_loaded' },
    ],
    [
      'a log that nobody can read',
      off,
      { isLoaded: undefined },
      'allowed',
      { ...off, fault: 'log_unreadable' },
    ],
    ['no process that could load anything', gone, { isLoaded: undefined }, 'allowed', gone],
    ['the previous model, which is to be loaded', off, { isLoaded: true }, 'never', off],
  ])('%s', (_name, action, rest, stop, expected) => {
    const whole = { left: [], isLoaded: false, ...rest };
    expect(decideWithRest(action, whole, restarted, { restartSecMs: 5_000, stop }, 5_000)).toEqual(expected);
  });
});
