import { describe, expect, test } from '@jest/globals';
import { HostError, type ServiceStatus } from '../../src/hosts/host.js';
import {
  evaluateProofOfStart,
  type StartObservation,
  type StartPlan,
} from '../../src/hosts/managers/proof-of-start.js';
import { watchStart } from '../../src/hosts/managers/watch-start.js';

const START = Date.UTC(2026, 0, 1, 12);
const at = (seconds: number) => new Date(START + seconds * 1000);

const running = (mainPid: number, more: Partial<ServiceStatus> = {}): ServiceStatus => ({
  activeState: 'active',
  subState: 'running',
  mainPid,
  invocationId: `i${mainPid}`,
  restarts: 0,
  execMainStatus: 0,
  activeSince: at(0),
  ...more,
});

const plan: StartPlan = {
  before: running(100, { restarts: 3 }),
  restartedAt: at(0),
  environment: new Map([
    ['ENABLED', 'true'],
    ['OLD', undefined],
  ]),
  loadedLine: { message: 'loaded lob-ml onnx model', fields: { model_path: '/models/new.onnx' } },
  errorLines: [/MODEL_PATH|model_type=(?!onnx)/],
  restartSecMs: 5_000,
  timeoutMs: 60_000,
};

const loaded = { at: at(1), text: 'loaded lob-ml onnx model model_path=/models/new.onnx' };
const good = (seconds: number, more: Partial<StartObservation> = {}): StartObservation => ({
  at: at(seconds),
  status: running(200),
  log: [loaded],
  environment: new Map([['ENABLED', 'true']]),
  ...more,
});

describe('evaluateProofOfStart', () => {
  test('proved only after the new process stood longer than RestartSec', () => {
    expect(evaluateProofOfStart(plan, [], at(0))).toMatchObject({ kind: 'not_yet' });
    expect(evaluateProofOfStart(plan, [good(1), good(6)], at(6))).toEqual({
      kind: 'not_yet',
      missing: ['stable'],
      wrongVariables: [],
    });
    expect(evaluateProofOfStart(plan, [good(1), good(6.1)], at(6.1))).toEqual({
      kind: 'proved',
      pid: 200,
      provedAt: at(6.1),
      loadedLine: loaded.text,
    });
  });

  test('a service that writes much has said once that the model is loaded', () => {
    const chatty = [{ at: at(6), text: 'tick' }];
    expect(evaluateProofOfStart(plan, [good(1), good(6.1, { log: chatty })], at(6.1))).toMatchObject({
      kind: 'proved',
      loadedLine: loaded.text,
    });
    const another = good(1, { status: running(150) });
    expect(evaluateProofOfStart(plan, [another, good(6.1, { log: chatty })], at(6.1))).not.toMatchObject({
      kind: 'proved',
    });
  });

  test.each<[string, Partial<StartObservation>, string[]]>([
    ['the old process', { status: running(100) }, ['new_process', 'stable']],
    ['a PID that came back', { status: running(200, { invocationId: 'i100' }) }, ['new_process', 'stable']],
    ['no line', { log: [] }, ['model_loaded']],
    ['a line from before', { log: [{ ...loaded, at: at(-1) }] }, ['model_loaded']],
    [
      'a line with the old path',
      { log: [{ at: at(1), text: 'loaded lob-ml onnx model model_path=/models/old.onnx' }] },
      ['model_loaded'],
    ],
    ['another value', { environment: new Map([['ENABLED', 'false']]) }, ['environment']],
    [
      'a value that must be gone',
      {
        environment: new Map([
          ['ENABLED', 'true'],
          ['OLD', '1'],
        ]),
      },
      ['environment'],
    ],
    ['an environment that nobody could read', { environment: undefined }, ['environment']],
    [
      'on its way',
      { status: running(200, { activeState: 'activating', subState: 'start' }) },
      ['new_process', 'stable'],
    ],
  ])('%s: not yet, and in the end a time-out', (_, more, missing) => {
    const observations = [good(1, more), good(10, more)];
    expect(evaluateProofOfStart(plan, observations, at(10))).toMatchObject({ kind: 'not_yet', missing });
    expect(evaluateProofOfStart(plan, observations, at(61))).toMatchObject({
      kind: 'failed_fast',
      reason: 'timed_out',
      missing,
    });
  });

  test('names the variables that are wrong, never their values', () => {
    const environment = new Map([['OLD', 'hunter22']]);
    const proof = evaluateProofOfStart(plan, [good(1, { environment })], at(2));
    expect(proof).toMatchObject({ wrongVariables: ['ENABLED', 'OLD'] });
    expect(JSON.stringify(proof)).not.toContain('hunter22');
  });

  test.each<[string, StartObservation[], string]>([
    ['failed', [good(1, { status: running(0, { activeState: 'failed', execMainStatus: 3 }) })], 'exited'],
    [
      'waits for RestartSec',
      [good(1, { status: running(0, { activeState: 'activating', subState: 'auto-restart' }) })],
      'exited',
    ],
    [
      'exited between two looks',
      [good(1, { status: running(0, { activeState: 'inactive' }) }), good(2)],
      'exited',
    ],
    ['the counter rose', [good(1, { status: running(200, { restarts: 1 }) })], 'restart_loop'],
    [
      'the counter rose from where it stood',
      [good(1, { status: running(200, { restarts: 4 }) })],
      'restart_loop',
    ],
    ['the PID changed again', [good(1), good(2, { status: running(201) })], 'restart_loop'],
    [
      'an error line of a process that is not the present one',
      [good(1, { log: [loaded, { at: at(1), text: 'MODEL_PATH is unreadable', pid: 199 }] })],
      'error_line',
    ],
    ['killed, though its manager calls it active', [good(1), good(2, { hasEnded: true })], 'exited'],
  ])('fails fast: %s', (_, observations, reason) => {
    expect(evaluateProofOfStart(plan, observations, at(2))).toMatchObject({ kind: 'failed_fast', reason });
  });

  test('the last words of another process, in the second of the start, are not those of a process that has loaded', () => {
    const words = { at: at(0.2), text: 'MODEL_PATH is unreadable', pid: 199 };
    const startsWith = (...log: StartObservation['log']) =>
      evaluateProofOfStart(plan, [good(1, { log }), good(6.1, { log })], at(6.1)).kind;
    const byItself = { ...loaded, pid: 200 };
    expect(startsWith(words, byItself)).toBe('proved');
    expect(startsWith(words, { ...loaded, pid: 199 })).toBe('failed_fast');
    expect(startsWith({ ...words, at: at(1.1) }, byItself)).toBe('failed_fast');
  });

  test('an error line of a process that lives is an ordinary line; of one that has ended it is quoted', () => {
    const words = { at: at(1.2), text: 'WARN order rejected error=Timeout MODEL_PATH', pid: 200 };
    const withLog = (log: StartObservation['log']) => [good(1, { log }), good(6.1, { log })];
    const proofWith = (log: StartObservation['log']) => evaluateProofOfStart(plan, withLog(log), at(6.1));
    expect(proofWith([loaded, words]).kind).toBe('proved');
    expect(proofWith([loaded, { at: words.at, text: words.text }]).kind).toBe('proved');
    expect(proofWith([words])).toMatchObject({ kind: 'not_yet', missing: ['model_loaded'] });
    const ended = running(0, { activeState: 'activating', subState: 'auto-restart', execMainStatus: 1 });
    const log = [words, { at: at(1.3), text: 'bye' }];
    expect(evaluateProofOfStart(plan, [good(1), good(2, { status: ended, log })], at(2))).toMatchObject({
      kind: 'failed_fast',
      reason: 'exited',
      quotes: [words.text],
    });
  });

  test('the old process ends in every restart', () => {
    const old = good(0.5, { status: running(100), log: [], hasEnded: true });
    expect(evaluateProofOfStart(plan, [old, good(1), good(6.1)], at(6.1)).kind).toBe('proved');
  });

  test('the log begins with the process, by the clock of the host that stamps both', () => {
    // The host is 3 s behind whoever issued the restart.
    const status = running(200, { startedAt: at(-2.9) });
    const log = [{ ...loaded, at: at(-2) }];
    const looks = [good(1, { status, log }), good(6.1, { status, log })];
    expect(evaluateProofOfStart(plan, looks, at(6.1)).kind).toBe('proved');
    const early = [{ ...loaded, at: at(-3.5) }];
    const before = [good(1, { status, log: early }), good(6.1, { status, log: early })];
    expect(evaluateProofOfStart(plan, before, at(6.1))).toMatchObject({ missing: ['model_loaded'] });
  });

  test('quotes the error lines since the restart, without secrets', () => {
    const log = [
      { at: at(-5), text: 'MODEL_PATH error of yesterday' },
      { at: at(1), text: 'starting' },
      { at: at(1), text: 'cannot read MODEL_PATH, DB_PASSWORD=hunter22 postgres://ploy:hunter22@db/ploy' },
    ];
    const proof = evaluateProofOfStart(plan, [good(1, { log, hasEnded: true })], at(2));
    expect(proof).toMatchObject({
      quotes: ['cannot read MODEL_PATH, DB_PASSWORD=[redacted] postgres://ploy:[redacted]@db/ploy'],
    });
  });
});

describe('watchStart', () => {
  const clockFrom = (seconds: number) => {
    let now = at(seconds).getTime();
    return {
      now: () => new Date(now),
      sleep: async (ms: number) => {
        now += ms;
      },
    };
  };
  const serviceOf = (statuses: (ServiceStatus | HostError)[]) => {
    let call = 0;
    return {
      status: async () => {
        const answer = statuses[Math.min(call++, statuses.length - 1)];
        if (answer === undefined || answer instanceof HostError) throw answer;
        return answer;
      },
      logs: async () => [loaded],
      processEnvironment: async () => new Map([['ENABLED', 'true']]),
      processFacts: async () => undefined,
    };
  };

  test('asks for the log since the first new process began, and for the line of a good start', async () => {
    const asked: unknown[] = [];
    const service = {
      ...serviceOf([
        running(100, { startedAt: at(-999) }),
        running(200, { startedAt: at(-7) }),
        running(200, { startedAt: at(-7) }),
      ]),
      logs: async (call: object) => {
        asked.push(call);
        return [{ ...loaded, at: at(-6) }];
      },
    };
    expect(await watchStart(service, plan, { clock: clockFrom(1) })).toMatchObject({ kind: 'proved' });
    expect(asked.slice(0, 2)).toEqual([
      { since: at(0), find: { line: plan.loadedLine, endsAfter: at(-999) } },
      { since: at(-7), find: { line: plan.loadedLine, endsAfter: at(-7) } },
    ]);
  });

  test('a process that was killed behind its manager is no start', async () => {
    const ended = { isAlive: false, ageMs: undefined, program: undefined };
    const service = { ...serviceOf([running(200)]), processFacts: async () => ended };
    const proof = await watchStart(service, plan, { clock: clockFrom(1) });
    expect(proof).toMatchObject({ kind: 'failed_fast', reason: 'exited' });
  });

  test('goes on while the host is away, and ends with the proof', async () => {
    const away = new HostError('unreachable', { code: 'host_silent', facts: { host: 'there' } });
    const seen: string[] = [];
    const proof = await watchStart(serviceOf([running(100), away, running(200)]), plan, {
      clock: clockFrom(1),
      onProgress: ({ kind }) => seen.push(kind),
    });
    expect(proof).toMatchObject({ kind: 'proved', pid: 200, provedAt: at(7.5) });
    expect(seen.filter((kind) => kind === 'not_yet')).toHaveLength(13);
  });

  test('ends by the time-out when the host stays away', async () => {
    const away = new HostError('timeout', { code: 'host_silent', facts: { host: 'there' } });
    const proof = await watchStart(serviceOf([away]), plan, { clock: clockFrom(0) });
    expect(proof).toMatchObject({ kind: 'failed_fast', reason: 'timed_out' });
  });

  test('a process that is stopped is no start, and the time-out says so', async () => {
    const frozen = { isAlive: true, isFrozen: true, ageMs: undefined, program: undefined };
    const service = { ...serviceOf([running(200)]), processFacts: async () => frozen };
    const proof = await watchStart(service, plan, { clock: clockFrom(1) });
    expect(proof).toMatchObject({ kind: 'failed_fast', reason: 'frozen', missing: ['stable'] });
  });

  test('a call that was cancelled ends the watch', async () => {
    const cancelled = new HostError('cancelled', { code: 'host_silent', facts: { host: 'there' } });
    await expect(watchStart(serviceOf([cancelled]), plan, { clock: clockFrom(0) })).rejects.toBe(cancelled);
  });
});
