import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { encodeLogisticModel } from '../../sandbox/host/model.js';
import { type CheckService, createCheckService } from '../../src/checks/check-service.js';
import { composeEnvironment } from '../../src/checks/context/host-environment.js';
import { PROBE_KINDS } from '../../src/checks/probe-kinds.js';
import type { CheckResult } from '../../src/domain/check-run.js';
import type { Host } from '../../src/hosts/host.js';
import { createHost } from '../../src/hosts/kinds/create-host.js';
import { createModelGate, ModelRuntimeMissing } from '../../src/model/model-gate.js';
import { parseRunbook } from '../../src/runbook/load-runbook.js';
import { parseTargets, type Target } from '../../src/runbook/targets.js';
import { RUNBOOK } from '../training/train-values.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'probe-'));
  await mkdir(join(folder, 'models'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const modelPath = () => join(folder, 'models/a.onnx');

const serviceOf = (name: string) => ({
  manager: 'command',
  status: [
    'printf',
    'ActiveState=inactive\\nSubState=dead\\nMainPID=0\\nNRestarts=0\\nExecMainStatus=0\\nInvocationID=\\nUser=0\\n',
  ],
  restart: ['true', name],
  stop: ['true'],
  logs: ['true'],
});

async function layOut(
  hosts: readonly string[],
): Promise<{ target: Target; reads: string[]; hostOf: (s: Target['hosts'][number]) => Host }> {
  await writeFile(join(folder, 'live.env'), `S__MODEL_PATH=${modelPath()}\n`);
  const source = {
    defaultTarget: 'live',
    roles: { operators: ['U0'] },
    targets: {
      live: {
        environmentFiles: [join(folder, 'live.env')],
        models: join(folder, 'models'),
        hosts: hosts.map((name) => ({ name, service: serviceOf(name) })),
        approval: { quorum: 1 },
      },
    },
  };
  const target = parseTargets('targets.yaml', Buffer.from(stringify(source))).targets.get('live');
  if (target === undefined) throw new Error('there is no target');
  const reads: string[] = [];
  const hostOf = (settings: Target['hosts'][number]): Host => {
    const host = createHost(settings);
    const readFile: Host['readFile'] = async (path, options) => {
      if (path === modelPath()) reads.push(settings.name);
      return host.readFile(path, options);
    };
    return Object.assign(Object.create(host) as Host, { readFile });
  };
  return { target, reads, hostOf };
}

async function serviceWith(
  hostOf: Awaited<ReturnType<typeof layOut>>['hostOf'],
  modelGate = createModelGate({ now: () => new Date() }),
): Promise<{ checks: CheckService; examine: (target: Target) => Promise<CheckResult | undefined> }> {
  const runbook = await parseRunbook('runbook.yaml', Buffer.from(RUNBOOK), PROBE_KINDS);
  const checks = createCheckService({
    runbook,
    hostOf,
    trading: undefined,
    saveRun: async () => {},
    onStoreError: () => {},
    now: () => new Date(),
    monotonicMs: () => performance.now(),
    newRunId: randomUUID,
    modelGate,
  });
  const definitions = runbook.sections.flatMap((section) => section.checks);
  return { checks, examine: async (target) => (await checks.examine({ target, checks: definitions }))[0] };
}

describe('the check of the model file', () => {
  test('brings a model over once, however many hosts have it and however often it is asked', async () => {
    const { target, reads, hostOf } = await layOut(['live-1', 'live-2']);
    await writeFile(modelPath(), encodeLogisticModel({ weights: [1, -1], bias: 0 }));
    const { examine } = await serviceWith(hostOf);
    expect(await examine(target)).toMatchObject({
      outcome: 'PASS',
      observed: [
        { host: 'live-1', input_dim: 2, fault: '' },
        { host: 'live-2', input_dim: 2, fault: '' },
      ],
    });
    expect(await examine(target)).toMatchObject({ outcome: 'PASS' });
    expect(reads).toHaveLength(1);
    await writeFile(modelPath(), encodeLogisticModel({ weights: [1, -2], bias: 0 }));
    await examine(target);
    expect(reads).toHaveLength(2);
  });

  test('holds the model to MODEL_INPUT_DIM of the host', async () => {
    const { target, hostOf } = await layOut(['live-1']);
    await writeFile(modelPath(), encodeLogisticModel({ weights: [1, -1], bias: 0 }));
    await writeFile(join(folder, 'live.env'), `S__MODEL_PATH=${modelPath()}\nS__MODEL_INPUT_DIM=3\n`);
    const { examine } = await serviceWith(hostOf);
    expect(await examine(target)).toMatchObject({
      outcome: 'FAIL',
      observed: [{ fault: 'model_input_dim_differs', expected_dim: 3, source: 'MODEL_INPUT_DIM' }],
    });
  });

  test('without ONNX Runtime is an ERROR, and no failure of the model', async () => {
    const { target, hostOf } = await layOut(['live-1']);
    await writeFile(modelPath(), encodeLogisticModel({ weights: [1, -1], bias: 0 }));
    const gate = { judge: async () => Promise.reject(new ModelRuntimeMissing('Cannot find package')) };
    const { examine } = await serviceWith(hostOf, gate);
    expect(await examine(target)).toMatchObject({
      outcome: 'ERROR',
      reason: { code: 'model_runtime_missing' },
    });
  });

  test('judges a planned model where it waits, and sees that it has changed', async () => {
    const { target, reads, hostOf } = await layOut(['live-1']);
    const bytes = encodeLogisticModel({ weights: [1, -1], bias: 0 });
    const stagedPath = join(folder, 'staged.onnx');
    await writeFile(stagedPath, bytes);
    const { checks } = await serviceWith(hostOf);
    const runbook = await parseRunbook('runbook.yaml', Buffer.from(RUNBOOK), PROBE_KINDS);
    const planned = async (sha256: string) => {
      const environment = {
        ...composeEnvironment([]),
        effective: new Map([
          ['S__MODEL_PATH', { name: 'S__MODEL_PATH', value: modelPath(), file: '', line: 1, sources: [] }],
        ]),
      };
      const model = { path: modelPath(), stagedPath, sha256 };
      const host = { environment, model, drift: [], present: environment };
      const [result] = await checks.examine({
        target,
        checks: runbook.sections.flatMap((section) => section.checks),
        planned: new Map([['live-1', host]]),
      });
      return result;
    };
    const asPlanned = await planned('0'.repeat(64));
    expect(asPlanned).toMatchObject({ outcome: 'FAIL', observed: [{ fault: 'model_not_as_planned' }] });
    const sha256 = String(asPlanned?.observed[0]?.['sha256']);
    expect(await planned(sha256)).toMatchObject({
      outcome: 'PASS',
      observed: [{ host: 'live-1', fault: '' }],
    });
    expect(reads).toEqual([]);
  });
});
