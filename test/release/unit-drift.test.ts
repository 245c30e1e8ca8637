import { expect, test } from '@jest/globals';
import type { ServiceDefinition, ServiceStatus } from '../../src/hosts/host.js';
import { unitDrift } from '../../src/release/unit-drift.js';

const START = new Date('2026-03-01T12:00:00.000Z');
const LATER = new Date(START.getTime() + 60_000);

const status: ServiceStatus = {
  ...{ activeState: 'active', subState: 'running', mainPid: 42, invocationId: '', restarts: 0 },
  ...{ execMainStatus: 0, activeSince: START, mainStartedAt: START },
};

function serviceOf(words: string, more: Partial<ServiceDefinition> = {}, of: Partial<ServiceStatus> = {}) {
  const definition: ServiceDefinition = {
    ...{ needsReload: false, variables: [], ofManager: [], environmentFiles: [], dropIns: [] },
    fragment: '/etc/systemd/system/ploy.service',
    command: { path: '/opt/ploy', words, isOfProcess: false },
    ...more,
  };
  const program = { path: '/opt/ploy', isDeleted: false, identity: undefined, isNamed: false };
  return {
    status: async () => ({ ...status, ...of }),
    definition: async () => definition,
    processFacts: async () => ({ isAlive: true, ageMs: 1, program, words: ['/opt/ploy', 'run'] }),
  };
}

test('a plan names what of the unit would go live with its restart, and no secret of it', async () => {
  expect(await unitDrift(serviceOf('/opt/ploy run --api-token hunter22'), {})).toEqual([
    { variable: 'ExecStart', before: '/opt/ploy run', after: '/opt/ploy run --api-token [redacted]' },
  ]);
  expect(await unitDrift(serviceOf('/opt/ploy run', { filesChangedAt: LATER }), {})).toEqual([
    {
      variable: '/etc/systemd/system/ploy.service',
      before: START.toISOString(),
      after: LATER.toISOString(),
    },
  ]);
  expect(await unitDrift(serviceOf('/opt/ploy run'), {})).toEqual([]);
  expect(await unitDrift(serviceOf('/opt/ploy walk', {}, { mainPid: 0 }), {})).toEqual([]);
  expect(await unitDrift(serviceOf('/opt/ploy walk', { command: undefined }), {})).toEqual([]);
});
