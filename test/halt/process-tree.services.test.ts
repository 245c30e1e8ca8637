import { randomUUID } from 'node:crypto';
import { chmod, copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Halt, HaltKind } from '../../src/domain/halt.js';
import { KillSwitch } from '../../src/halt/kill-switch.js';
import { createOpenHaltFiles } from '../../src/halt/open-halt-file.js';
import { createHost } from '../../src/hosts/kinds/create-host.js';
import { parseTargets, type Target } from '../../src/runbook/targets.js';
import { systemClock } from '../../src/time/clock.js';
import { haltReportView } from '../../views/rollback-report.js';
import { eventually } from '../sandbox/host/eventually.js';
import { SHIPPED_FACTS } from '../support/strategy-facts.js';
import { logAs, startUserSystemd, type UserSystemd } from '../support/systemd.js';

const FLAG = 'PLOY_CRYPTO_LOB_ML__ENABLED';
/** Nothing comes and nothing rests: what is asked here is what the processes do. */
const trading = {
  mark: async () => ({ mark: { lastId: '0', seen: [], open: [] }, before: 0 }),
  ordersSince: async () => 0,
  resting: async () => ({ total: 0, rows: [] }),
  restingOrders: async () => [],
  exitsAmong: async () => new Set<string>(),
  positions: async () => [],
  openEntries: async () => ({ total: 0, rows: [] }),
};

let systemd: UserSystemd;
const file = (name: string) => join(systemd.folder, name);

beforeAll(async () => {
  systemd = await startUserSystemd();
});
afterAll(() => systemd.stop());

/** A service of a unit of its own, so that those that wait for a verdict wait side by side. */
interface Service {
  readonly unit: string;
  readonly program: string;
  readonly lines?: readonly string[];
  readonly execStart?: string;
}

/** It runs with its flag on. */
async function begin({ unit, program, lines = [], execStart = file(`${unit}.sh`) }: Service): Promise<void> {
  await writeFile(file(`${unit}.env`), `${FLAG}=true\n`);
  await writeFile(file(`${unit}.sh`), `#!/bin/sh\n${program}\n`, { mode: 0o755 });
  const text = [
    '[Service]',
    `EnvironmentFile=${file(`${unit}.env`)}`,
    `ExecStart=${execStart}`,
    'Restart=always',
  ];
  await writeFile(
    join(systemd.unitFolder, unit),
    [...text, 'RestartSec=1', 'TimeoutStopSec=1', ...lines, ''].join('\n'),
  );
  await systemd.runner.run(['systemctl', '--user', 'daemon-reload']);
  await systemd.runner.run(['systemctl', '--user', 'start', unit]);
  await eventually(`${unit} runs`, async () => {
    const { stdout } = await systemd.runner.run(['systemctl', '--user', 'is-active', unit]);
    return stdout.toString('utf8').trim() === 'active';
  });
}

function targetOf(unit: string, more: object): Target {
  const service = {
    manager: 'systemd',
    unit,
    sudo: systemd.enter,
    userManager: true,
    restartSecs: 1,
    ...more,
  };
  const host = { name: 'live-1', environmentFiles: [file(`${unit}.env`)], service };
  const source = {
    defaultTarget: 'live',
    roles: { operators: ['U0CAROL'] },
    targets: { live: { hosts: [host], approval: { quorum: 2 }, watch: { haltObservationSecs: 1 } } },
  };
  const target = parseTargets('targets.yaml', Buffer.from(JSON.stringify(source))).targets.get('live');
  if (target === undefined) throw new Error('There is no target.');
  return target;
}

async function halt(unit: string, kind: HaltKind, more: object = {}) {
  const target = targetOf(unit, more);
  const killSwitch = new KillSwitch({
    facts: SHIPPED_FACTS,
    hostOf: (settings) => createHost(settings),
    trading,
    files: createOpenHaltFiles(file(`${unit}.data`), 'test'),
    journal: async () => {},
    store: undefined,
    clock: systemClock,
    newId: randomUUID,
    owner: 'test',
    logger: { warn: () => {}, error: () => {}, info: () => {} },
  });
  const requestedBy = { id: 'U0CAROL', name: 'carol', surface: 'slack' } as const;
  return killSwitch.start({ target, kind, requestedBy }).done;
}

const TRADER = 'while :; do sleep 0.2; done';
const reportOf = (halt: Halt) =>
  JSON.stringify(haltReportView(halt, { locale: 'en', commands: new Map() }).blocks);

test('a service whose processes all end with it is verified', async () => {
  const unit = 'tree-plain.service';
  await begin({ unit, program: `(${TRADER}) &\nwait` });
  expect(await halt(unit, 'disable')).toMatchObject({
    state: 'verified',
    hosts: [{ process: 'as_wanted', fault: null }],
  });
  expect(await halt(unit, 'stop')).toMatchObject({ state: 'verified', hosts: [{ process: 'stopped' }] });
});

describe('is not verified while something trades on:', () => {
  const launcher = { program: `(${TRADER}) &\nwait`, lines: ['KillMode=process'] };
  const deaf = { program: `trap '' TERM\n${TRADER}`, lines: ['SendSIGKILL=no'] };
  test.each<[string, string, Omit<Service, 'unit'>]>([
    ['what a launcher started, where the unit ends the launcher alone', 'launcher', launcher],
    ['a process that ignores SIGTERM, where nothing else is sent', 'deaf', deaf],
  ])(
    '%s',
    async (_name, name, service) => {
      await Promise.all(
        (['disable', 'stop'] as const).map(async (kind) => {
          const unit = `tree-${name}-${kind}.service`;
          await begin({ unit, ...service });
          const ended = await halt(unit, kind, { killAfterSecs: 300 });
          expect(ended).toMatchObject({ state: 'not_verified', hosts: [{ fault: 'processes_left' }] });
          const detail = String(ended.hosts[0]?.faultDetail);
          expect(detail).toMatch(/^PID \d+/);
          expect(reportOf(ended)).toContain('processes of the service live on and may trade');
          expect(reportOf(ended)).toContain(detail);
          // What a person does then.
          await systemd.runner.run(['kill', '-KILL', ...(detail.match(/\d+/g) ?? [])]);
          expect((await halt(unit, kind)).state).toBe('verified');
        }),
      );
    },
    120_000,
  );

  test('a client whose work is done elsewhere, unless the targets file says how to look', async () => {
    await copyFile('/bin/sleep', file('docker'));
    await chmod(file('docker'), 0o755);
    await Promise.all(
      (['disable', 'stop'] as const).map(async (kind) => {
        const unit = `tree-client-${kind}.service`;
        await begin({ unit, program: '', execStart: `${file('docker')} 600` });
        expect(await halt(unit, kind)).toMatchObject({
          state: 'not_verified',
          hosts: [{ fault: 'processes_unknown' }],
        });
        const list = ['echo', 'PID'];
        expect((await halt(unit, kind, { processes: list })).state).toBe('verified');
      }),
    );
  }, 120_000);
});

test('a process that does not end on SIGTERM, and what it leaves, is killed by rule', async () => {
  // Nothing but the halt ends them: systemd itself would wait longer than anybody watches.
  const deaf = `trap '' TERM\n${TRADER}`;
  const patient = { program: `(${deaf}) &\n${deaf}`, lines: ['TimeoutStopSec=600'] };
  const leaving = { program: deaf, lines: ['SendSIGKILL=no'] };
  await Promise.all(
    (['disable', 'stop'] as const).flatMap((kind) =>
      Object.entries({ patient, leaving }).map(async ([name, service]) => {
        const unit = `tree-${name}-${kind}.service`;
        await begin({ unit, ...service });
        const ended = await halt(unit, kind, { killAfterSecs: 2 });
        expect(ended).toMatchObject({ state: 'verified', hosts: [{ fault: null }] });
        // The new process is as deaf as the old one: nothing else ends it before the test does.
        expect((await halt(unit, 'stop', { killAfterSecs: 1 })).state).toBe('verified');
      }),
    ),
  );
}, 120_000);

test('a launcher that starts its trader with a flag of its own is stopped instead', async () => {
  const unit = 'tree-sources.service';
  await begin({ unit, program: `(${FLAG}=true exec sh -c '${TRADER}') &\nwait` });
  expect(await halt(unit, 'disable')).toMatchObject({
    state: 'verified',
    hosts: [{ process: 'stopped', stopBecause: 'processes_left' }],
  });
});

test('a strategy that is loaded although its flag is off is not verified before the service is stopped', async () => {
  const unit = 'tree-matrix.service';
  const says = logAs(unit, 'loaded lob-ml onnx model').replaceAll('%%', '%');
  await begin({ unit, program: `${says}\nexec sleep 600` });
  const ended = await halt(unit, 'disable');
  expect(ended).toMatchObject({ state: 'not_verified', hosts: [{ fault: 'strategy_loaded', stop: 'none' }] });
  expect(reportOf(ended)).toContain('LOADED THE STRATEGY although its flag is off');
  expect(reportOf(ended)).toContain('Stop the service');
  expect((await halt(unit, 'stop')).state).toBe('verified');
}, 60_000);
