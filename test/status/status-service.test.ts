import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { HostError } from '../../src/hosts/host.js';
import { createHost } from '../../src/hosts/kinds/create-host.js';
import type { TargetHost } from '../../src/hosts/kinds/target-host.js';
import type { Target } from '../../src/runbook/targets.js';
import { parseTargets } from '../../src/runbook/targets.js';
import { createHomeRefresher } from '../../src/status/home-refresher.js';
import type { VisibleHost } from '../../src/status/look-at-host.js';
import { createStatusService } from '../../src/status/status-service.js';
import { BARE_CONTRACT } from '../support/strategy-facts.js';

const now = () => new Date('2026-03-01T12:00:00.000Z');
const since = new Date('2026-03-01T11:00:00.000Z');
let folder: string;
let target: Target;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lobml-status-'));
  await writeFile(join(folder, 'model.onnx'), 'bytes of a model');
  const lines = [
    'TOY__ENABLED=true',
    'TOY__MODEL_VERSION=v2',
    `TOY__MODEL_PATH=${join(folder, 'model.onnx')}`,
  ];
  await writeFile(join(folder, 'toy.env'), `${lines.join('\n')}\nSECRET=hush\n`);
  const text = `defaultTarget: live
roles: { requesters: [U1], operators: [U1], admins: [U1] }
targets:
  live:
    hosts:
      - { name: h1, connection: local }
      - { name: h2, connection: local, service: { manager: systemd, unit: toy-2.service } }
    service: { manager: systemd, unit: toy.service }
    environmentFiles: [{ path: ${join(folder, 'toy.env')} }]
    models: ${folder}
    approval: { quorum: 1, users: [U1] }
`;
  const live = parseTargets('targets.yaml', Buffer.from(text)).targets.get('live');
  if (live === undefined) throw new Error('no target');
  target = live;
});
afterEach(() => rm(folder, { recursive: true }));

/** Real files, and a service whose state the test says. */
function hostOf(service: Partial<VisibleHost['service']>) {
  return (settings: TargetHost): VisibleHost => {
    const host = createHost(settings, { files: [] });
    const running = new Map([['TOY__ENABLED', 'false']]);
    const status = {
      activeState: 'active',
      subState: 'running',
      mainPid: 42,
      invocationId: 'i',
      restarts: 3,
      execMainStatus: 0,
      activeSince: since,
    } as const;
    return {
      name: host.name,
      readFile: (...call) => host.readFile(...call),
      sha256: (...call) => host.sha256(...call),
      service: { status: async () => status, processEnvironment: async () => running, ...service },
    };
  };
}

const serviceOf = (host: (settings: TargetHost) => VisibleHost, latestOfKinds = async () => []) => {
  const errors: unknown[] = [];
  const service = createStatusService({
    runbook: {
      strategy: 'toy',
      envPrefix: 'TOY__',
      ...BARE_CONTRACT,
      model: { path: 'MODEL_PATH', version: 'MODEL_VERSION' },
    },
    hostOf: host,
    runs: { latestOfKinds },
    onStoreError: (error) => errors.push(error),
    now,
  });
  return { service, errors };
};

test('file and process stand side by side, and no other variable leaves the host', async () => {
  const { service } = serviceOf(hostOf({}));
  const status = await service.gather(target);
  expect(status.hosts[0]).toEqual({
    kind: 'read',
    host: 'h1',
    service: { state: 'active', pid: 42, since: since.toISOString(), restarts: 3 },
    flag: { file: 'true', process: { value: 'false' } },
    modelVersion: { file: 'v2', process: { value: undefined } },
    model: {
      kind: 'file',
      path: join(folder, 'model.onnx'),
      sha256: 'ee2e0a3346657b1dbd44e84a7bd5147a66a22b60717f666ee39e6b0309777511',
    },
  });
  expect(JSON.stringify(status)).not.toContain('hush');
});

test('a host that does not answer hides nothing of the others', async () => {
  const host = (settings: TargetHost) =>
    settings.name === 'h1'
      ? hostOf({
          status: async () =>
            Promise.reject(new HostError('unreachable', { code: 'host_silent', facts: { host: 'h1' } })),
        })(settings)
      : hostOf({})(settings);
  const { service } = serviceOf(host);
  const { hosts } = await service.gather(target);
  expect(hosts.map((one) => `${one.host} ${one.kind}`)).toEqual(['h1 unreachable', 'h2 read']);
});

test('without its database the status still tells of the hosts, and says what is unknown', async () => {
  const down = new Error('connection refused');
  const { service, errors } = serviceOf(hostOf({}), async () => Promise.reject(down));
  const status = await service.gather(target);
  expect(status.runs).toEqual({ kind: 'unreachable' });
  expect(status.hosts.map(({ kind }) => kind)).toEqual(['read', 'read']);
  expect(errors).toEqual([down]);
});

test('changes that come while the Homes are shown anew are taken together, and one refusal stops no other', async () => {
  const published: string[] = [];
  const errors: unknown[] = [];
  const refresher = createHomeRefresher({
    visitors: { record: async () => {}, recent: async () => ['U1', 'U2'] },
    publish: async (userId) => {
      published.push(userId);
      if (userId === 'U1') throw new Error('refused');
    },
    onError: (error) => errors.push(error),
    now,
  });
  for (let change = 0; change < 5; change += 1) refresher.changed();
  await refresher.idle();
  // Once for the first, and once for the four that came while it was shown.
  expect(published).toEqual(['U1', 'U2', 'U1', 'U2']);
  expect(errors).toHaveLength(2);
});
