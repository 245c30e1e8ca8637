import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { checkSentence, reasonSentence } from '../../views/check-sentence.js';
import {
  createStage,
  type HostSituation,
  loadedLine,
  NOW,
  resultOf,
  type Stage,
  type StageRun,
  secondsAgo,
} from './support/verify-stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await createStage();
});
afterAll(() => stage.close());

const PATH = '/opt/ploy/models/crypto/new.onnx';
const startedAgo = (seconds: number) => ({ ActiveEnterTimestamp: secondsAgo(seconds).toISOString() });

/** Time goes on only while the probe sleeps; `later` is what the host looks like from the given second on. */
async function prove(
  situation: HostSituation,
  later: readonly { readonly afterSecs: number; readonly situation: HostSituation }[] = [],
  options: StageRun = {},
) {
  await stage.writeHost('live-1', situation);
  let sleptMs = 0;
  const run = await stage.run('gonogo', {
    only: ['service.started'],
    now: () => new Date(NOW.getTime() + sleptMs),
    sleep: async (ms) => {
      sleptMs += ms;
      const change = later.findLast(({ afterSecs }) => sleptMs >= afterSecs * 1000);
      if (change !== undefined) await stage.writeHost('live-1', change.situation);
    },
    ...options,
  });
  return { result: resultOf(run, 'service.started'), run, sleptMs };
}

describe('service.started', () => {
  test('proves the start of a process that has been running for long, in half a second', async () => {
    const { result, run, sleptMs } = await prove({});
    expect(result.outcome).toBe('PASS');
    expect(run.verdict).toBe('GO');
    expect(result.observed).toMatchObject([{ pid: 4242, stable: true, model_loaded: true, fault: '' }]);
    expect(sleptMs).toBe(500);
  });

  test('finds the line of a service that says a hundred things a second', async () => {
    const loaded = loadedLine(PATH, secondsAgo(599));
    const chatter = Array.from({ length: 6_000 }, (_, index) =>
      loaded
        .replace(/^\S+/, secondsAgo(598 - index / 110).toISOString())
        .replace(/loaded.*$/, `tick ${index}`),
    );
    const { result } = await prove({ status: startedAgo(600), log: [loaded, ...chatter] });
    expect(result.outcome).toBe('PASS');
  });

  test('a line that the process logs before its unit counts as active is its own; those of before its start are not', async () => {
    const at = (seconds: number) => secondsAgo(seconds).toISOString();
    const status = { ...startedAgo(600), ExecMainStartTimestamp: at(600), ConditionTimestamp: at(605) };
    const own = await prove({ status, log: [loadedLine(PATH, secondsAgo(602))] });
    expect(own.result).toMatchObject({ outcome: 'PASS', observed: [{ model_loaded: true, fault: '' }] });
    const others = await prove({ status, log: [loadedLine(PATH, secondsAgo(607))] });
    expect(others.result).toMatchObject({ outcome: 'INCONCLUSIVE', observed: [{ model_loaded: false }] });
  });

  test('a process that is stopped is no start, told by name; nor is one that has just gone on', async () => {
    const stopped = { current: 'Exe=/opt/ploy/bin/ploy\nState=T (stopped)\n' };
    const { result, run } = await prove(stopped);
    expect(result).toMatchObject({ outcome: 'FAIL', observed: [{ fault: 'start_frozen', stable: false }] });
    expect(run.verdict).toBe('NO_GO');
    expect(checkSentence(result, 'en')).toContain('process 4242 is stopped or frozen');
    expect(checkSentence(result, 'en')).toContain('kill -CONT 4242');
    expect(checkSentence(result, 'zh-CN')).toContain('已被暂停或冻结');
    const resumed = await prove(stopped, [{ afterSecs: 0.5, situation: {} }]);
    expect(resumed.result).toMatchObject({ outcome: 'INCONCLUSIVE', observed: [{ stable: false }] });
  });

  test('an automatic restart of last week is history', async () => {
    const { result, sleptMs } = await prove({ status: { NRestarts: 2 } });
    expect(result.outcome).toBe('PASS');
    expect(sleptMs).toBe(500);
  });

  test('a loop whose process lives longer than RestartSec is not proved, and its restarts are counted', async () => {
    const young = { ...startedAgo(10), NRestarts: 412 };
    const { result, run } = await prove({ status: young, log: [loadedLine(PATH, secondsAgo(9))] });
    expect(result.outcome).toBe('INCONCLUSIVE');
    expect(run.verdict).toBe('HOLD');
    expect(result.says[0]?.en).toContain('412 automatic restarts');
  });

  test('watches a young process until it is older than RestartSec', async () => {
    const young = { status: startedAgo(2), log: [loadedLine(PATH, secondsAgo(1))] };
    const { result, sleptMs } = await prove(young);
    expect(result.outcome).toBe('PASS');
    expect(sleptMs).toBeGreaterThan(3_000);
  });

  test('a process whose model is not loaded yet is not proved', async () => {
    const { result, run } = await prove({ status: startedAgo(10), log: [] });
    expect(result.outcome).toBe('INCONCLUSIVE');
    expect(run.verdict).toBe('HOLD');
    expect(result.says[0]?.en).toContain('model-loaded line false');
  });

  test('the loaded line of another model proves nothing', async () => {
    const { result } = await prove({ log: [loadedLine('/opt/ploy/models/crypto/old.onnx')] });
    expect(result.outcome).toBe('INCONCLUSIVE');
  });

  test('sees a restart loop between two exits, and quotes the log without its secrets', async () => {
    const status = { ...startedAgo(1), NRestarts: 7 };
    const words = `${NOW.toISOString()} ERROR cannot read MODEL_PATH /x.onnx: ENOENT DB_PASSWORD=hunter2`;
    const waiting = { ActiveState: 'activating', SubState: 'auto-restart', MainPID: 0, ExecMainStatus: 1 };
    const { result, run } = await prove({ status, log: [] }, [
      { afterSecs: 1, situation: { status: { ...status, ...waiting }, log: [words] } },
    ]);
    expect(result.outcome).toBe('FAIL');
    expect(run.verdict).toBe('NO_GO');
    const sentence = checkSentence(result, 'en');
    expect(sentence).toContain('cannot read MODEL_PATH /x.onnx');
    expect(sentence).not.toContain('hunter2');
    expect(checkSentence(result, 'zh-CN')).toContain('启动失败');
  });

  test('sees a restart loop by a new process, though each look finds it active', async () => {
    const loop = (secondsOld: number, restarts: number) => ({
      status: { ...startedAgo(secondsOld), NRestarts: restarts, MainPID: 5000 + restarts },
      log: [],
    });
    const { result } = await prove(loop(1, 3), [{ afterSecs: 5, situation: loop(-4, 4) }]);
    expect(result.outcome).toBe('FAIL');
    expect(result.observed).toMatchObject([{ fault: 'start_failed', because: 'restart_loop' }]);
  });

  test('an error line of a process that goes on is an ordinary line: it neither fails a start nor proves one', async () => {
    const error = `${secondsAgo(7199).toISOString()} ERROR crypto_lob_ml: unsupported model_type "lgbm"`;
    const alone = await prove({ log: [error] });
    expect(alone.result.outcome).toBe('INCONCLUSIVE');
    expect(alone.run.verdict).toBe('HOLD');
    const order = `${secondsAgo(7198).toISOString()} WARN order rejected error=Timeout model_type=onnx`;
    expect((await prove({ log: [loadedLine(PATH), order] })).result.outcome).toBe('PASS');
  });

  test('quotes what the real program says of a model that does not load', async () => {
    const words = 'Error: Internal("onnx load failed: Protobuf parsing failed.")';
    const log = [
      ...Array.from({ length: 20 }, () => 'bye'),
      words,
      ...Array.from({ length: 20 }, () => 'bye'),
    ];
    const stamped = log.map((line) => `${secondsAgo(1).toISOString()} \u001b[31m${line}\u001b[0m`);
    const status = { ActiveState: 'failed', SubState: 'failed', MainPID: 0, ...startedAgo(2) };
    const { result } = await prove({ status, log: stamped });
    expect(result.outcome).toBe('FAIL');
    expect(result.observed).toMatchObject([{ quotes: [words] }]);
  });

  test('finds the line of a service that says two hundred things a second', async () => {
    const loaded = loadedLine(PATH, secondsAgo(599));
    const chatter = Array.from({ length: 12_000 }, (_, index) =>
      loaded
        .replace(/^\S+/, secondsAgo(598 - index / 205).toISOString())
        .replace(/loaded.*$/, `tick ${index}`),
    );
    for (const log of [
      [loaded, ...chatter],
      [...chatter.slice(0, 6_000), loaded, ...chatter.slice(6_000)],
    ]) {
      const { result } = await prove({ status: startedAgo(600), log });
      expect(result.outcome).toBe('PASS');
    }
  });

  test.each(['.old', '.1'])('the loaded line of %s proves nothing', async (more) => {
    const { result } = await prove({ log: [loadedLine(`${PATH}${more}`)] });
    expect(result.outcome).toBe('INCONCLUSIVE');
  });

  test('finds the line in colour', async () => {
    const coloured = loadedLine(PATH)
      .replace(/^\S+/, '\u001b[2m$&\u001b[0m')
      .replace('model_path=', '\u001b[3mmodel_path\u001b[0m\u001b[2m=\u001b[0m');
    const { result } = await prove({ log: [coloured] });
    expect(result.outcome).toBe('PASS');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none of them may be there.
    expect(JSON.stringify(result)).not.toMatch(/\\u001b|[\u0000-\u001f\u007f-\u009f]/);
  });

  test('an error line long after the start tells nothing about it', async () => {
    const error = `${secondsAgo(60).toISOString()} ERROR order lost: model_type unknown to the exchange`;
    const { result } = await prove({ log: [loadedLine(PATH), error] });
    expect(result.outcome).toBe('PASS');
  });

  test('fails when the process runs without the files’ values, naming the variables', async () => {
    const { result } = await prove({ process: { MODEL_VERSION: 'v1' } });
    expect(result.outcome).toBe('FAIL');
    expect(checkSentence(result, 'en')).toContain('PLOY_CRYPTO_LOB_ML__MODEL_VERSION');
  });

  test('fails where a layer is missing: the next start would have none of its values', async () => {
    await stage.writeHost('live-1', {});
    await rm(join(stage.folder, 'live-1.env'));
    const run = await stage.run('gonogo', { only: ['service.started'], sleep: async () => {} });
    const result = resultOf(run, 'service.started');
    expect(result).toMatchObject({ outcome: 'FAIL', observed: [{ fault: 'environment_file_missing' }] });
  });

  test('a unit that has given up fails', async () => {
    const { result } = await prove({ status: { ActiveState: 'failed', SubState: 'failed', MainPID: 0 } });
    expect(result.outcome).toBe('FAIL');
  });

  test('a service that somebody stopped is unknown, not failed', async () => {
    const { result } = await prove({ status: { ActiveState: 'inactive', SubState: 'dead', MainPID: 0 } });
    expect(result.outcome).toBe('INCONCLUSIVE');
    expect(reasonSentence(result.reason, 'en')).toContain('live-1 is stopped');
  });

  test('one failing host of two fails the check, by name', async () => {
    await stage.writeHost('live-2', { status: { ActiveState: 'failed', SubState: 'failed', MainPID: 0 } });
    const { result } = await prove({}, [], { hosts: ['live-1', 'live-2'] });
    expect(result.outcome).toBe('FAIL');
    expect(checkSentence(result, 'en')).toContain('live-2');
  });
});
