import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ReleaseRecord } from '../../../src/domain/release-record.js';
import { HostError, type ServiceManager } from '../../../src/hosts/host.js';
import { createProcessReader } from '../../../src/hosts/managers/process-environment.js';
import { createSystemdManager } from '../../../src/hosts/managers/systemd-manager.js';
import { logAs, startUserSystemd, type UserSystemd } from '../../support/systemd.js';
import { createEngineSetting, replacing } from './support/engine-setting.js';
import { NEW_VERSION, PREFIX } from './support/release-plan.js';

/** A restart whose answer is no, by a real systemd: the host is put back at once, and nobody has to look. */

const setting = createEngineSetting();
const UNIT = 'ploy-refused.service';
const OLD_VERSION = 'lob-tcn-5m-v3';

let systemd: UserSystemd;
beforeAll(async () => {
  systemd = await startUserSystemd();
});
afterAll(() => systemd.stop());

/** The canary's service as a unit, running with what its files say. `fails` is what the new version meets. */
async function canaryAsUnit(unit: readonly string[]): Promise<ServiceManager> {
  const version = `$${PREFIX}MODEL_VERSION`;
  const script = (name: string, lines: readonly string[]) =>
    writeFile(join(systemd.folder, name), ['#!/bin/sh', ...lines, ''].join('\n').replaceAll('%%', '%'), {
      mode: 0o755,
    });
  const isNew = `[ "${version}" = ${NEW_VERSION} ]`;
  const dies = logAs(UNIT, `Error: Internal(\\"onnx load failed\\") of ${version}`);
  await script('fails-when-new', [`${isNew} && { ${dies}; exit 3; }`, 'exit 0']);
  const loaded = logAs(UNIT, `loaded lob-ml onnx model model_path=$${PREFIX}MODEL_PATH`);
  await script('serves', [loaded, 'exec sleep 600']);
  await script('notifies', [
    `${isNew} && { ${dies}; exit 3; }`,
    loaded,
    'systemd-notify --ready',
    'exec sleep 600',
  ]);
  const text = [
    '[Unit]',
    ...unit.filter((line) => line.startsWith('StartLimit')),
    '[Service]',
    ...setting.canary.environmentFiles.map((path) => `EnvironmentFile=-${path}`),
    ...unit
      .filter((line) => !line.startsWith('StartLimit'))
      .map((line) => line.replace('=/', `=${systemd.folder}/`)),
    'Restart=always',
    'RestartSec=1',
    '',
  ];
  await writeFile(join(systemd.unitFolder, UNIT), text.join('\n'));
  const runner = { ...systemd.runner, host: 'live-1' };
  await runner.run(['systemctl', '--user', 'daemon-reload']);
  await runner.run(['systemctl', '--user', 'reset-failed']);
  const service = createSystemdManager(
    { unit: UNIT, userManager: true },
    { runner, processes: createProcessReader(runner) },
  );
  await service.restart();
  return service;
}

async function release(service: ServiceManager): Promise<ReleaseRecord> {
  const engine = setting.engine({
    wrapHost: (host) => (host.name === 'live-1' ? replacing(host, { service }) : host),
  });
  return setting.carryOut(engine, await setting.start());
}

const NOTIFY = ['Type=notify', 'NotifyAccess=all', 'ExecStart=/notifies'];
const refusals: [string, readonly string[]][] = [
  ['a start that never says that it is ready', NOTIFY],
  ['ExecStartPre says no', ['ExecStartPre=/fails-when-new', 'ExecStart=/serves']],
  ['ExecStartPost says no', ['ExecStart=/serves', 'ExecStartPost=/fails-when-new']],
  ['the start limit is reached', ['StartLimitIntervalSec=300', 'StartLimitBurst=1', 'ExecStart=/serves']],
];

test.each(refusals)('%s: put back at once', async (_title, unit) => {
  const service = await canaryAsUnit(unit);
  const ended = await release(service);
  expect(ended).toMatchObject({
    state: 'reverted',
    problem: { code: 'failed_fast', facts: { host: 'live-1', reason: 'restart_refused' } },
  });
  const { mainPid, activeState } = await service.status();
  expect(activeState).toBe('active');
  const variable = `${PREFIX}MODEL_VERSION`;
  expect((await service.processEnvironment(mainPid, [variable]))?.get(variable)).toBe(OLD_VERSION);
  await service.stop();
});

test('its log is quoted', async () => {
  const service = await canaryAsUnit(NOTIFY);
  const { problem } = await release(service);
  expect(problem?.quotes?.join('\n')).toContain(`onnx load failed`);
  await service.stop();
});

test('an answer that was lost is no refusal: the host itself says what became of the restart', async () => {
  const service = await canaryAsUnit(['ExecStart=/serves']);
  const ended = await release(
    replacing(service, {
      async restart(options) {
        await service.restart(options);
        throw new HostError('unreachable', { code: 'host_silent', facts: { host: 'live-1' } });
      },
    }),
  );
  expect(ended.steps.find(({ kind }) => kind === 'restart')?.state).toBe('done');
  expect(ended).toMatchObject({ state: 'confirmed' });
  await service.stop();
});
