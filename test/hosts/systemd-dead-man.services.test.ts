import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import {
  type DeadManOrder,
  deadManMarkPath,
  deadManName,
  parseDeadManMark,
} from '../../src/hosts/dead-man.js';
import type { DeadManHolder, ServiceManager } from '../../src/hosts/host.js';
import { createSystemdManager } from '../../src/hosts/managers/systemd-manager.js';
import { eventually } from '../sandbox/host/eventually.js';
import { startUserSystemd, type UserSystemd } from '../support/systemd.js';

const UNIT = 'ploy-crypto-live.service';
const FLAG = 'PLOY_CRYPTO_LOB_ML__ENABLED';
const UNTIL = '2026-12-01T03:00:00.000Z';
const A_DAY = 86_400_000;
const name = deadManName({
  strategy: 'crypto_lob_ml',
  target: 'live',
  host: 'live-1',
  releaseId: '6a6f9f6e-7c44-4b5c-9d0b-0f6f7a0f2c11',
});

let systemd: UserSystemd;
let manager: ServiceManager;
let deadMan: DeadManHolder;
const file = () => join(systemd.folder, 'live 100%$HOME.env');

beforeAll(async () => {
  systemd = await startUserSystemd();
  const unit = ['[Service]', `EnvironmentFile=-${file().replaceAll('%', '%%')}`, 'ExecStart=/bin/sleep 600'];
  await writeFile(join(systemd.unitFolder, UNIT), [...unit, 'Restart=always', ''].join('\n'));
  await systemd.runner.run(['systemctl', '--user', 'daemon-reload']);
  const parts = { runner: systemd.runner, processes: undefined };
  manager = createSystemdManager({ unit: UNIT, userManager: true }, parts);
  if (manager.deadMan === undefined) throw new Error('systemd holds none.');
  deadMan = manager.deadMan;
});
afterAll(() => systemd.stop());

beforeEach(async () => {
  await rm(deadManMarkPath(file(), name), { force: true });
  await writeFile(file(), `A=1\n${FLAG}=true\nB=2\n`);
  await manager.restart();
  expect(await flagOfProcess()).toBe('true');
});

const order = (more: Partial<DeadManOrder> = {}): DeadManOrder => ({
  name,
  afterMs: A_DAY,
  until: UNTIL,
  duty: {
    releaseId: 'r-1',
    flag: FLAG,
    off: 'false',
    file: file(),
    laterFiles: [],
    markPath: deadManMarkPath(file(), name),
  },
  ...more,
});

async function flagOfProcess(): Promise<string | undefined> {
  const { mainPid } = await manager.status();
  const text = await eventually('the environment', async () => {
    const found = await readFile(`/proc/${mainPid}/environ`, 'utf8');
    return found.includes(FLAG) ? found : undefined;
  });
  return text
    .split('\0')
    .find((line) => line.startsWith(`${FLAG}=`))
    ?.split('=')[1];
}

const pid = async () => (await manager.status()).mainPid;

/** When it left word of having acted. */
const acted = () =>
  eventually(
    'the mark',
    async () => {
      const bytes = await readFile(deadManMarkPath(file(), name)).catch(() => undefined);
      const mark = bytes && parseDeadManMark(bytes);
      return mark?.state === 'acting' ? undefined : mark;
    },
    30_000,
  );

test('it is armed once, replaced for another deadline, and disarmed', async () => {
  expect(await deadMan.look(name)).toEqual({ kind: 'none' });
  await deadMan.arm(order());
  await deadMan.arm(order());
  expect(await deadMan.look(name)).toEqual({ kind: 'armed', until: UNTIL });
  const later = '2026-12-01T04:00:00.000Z';
  await deadMan.arm(order({ until: later }));
  expect(await deadMan.look(name)).toEqual({ kind: 'armed', until: later });
  await deadMan.disarm(name);
  await deadMan.disarm(name);
  expect(await deadMan.look(name)).toEqual({ kind: 'none' });
  await deadMan.arm(order());
  await deadMan.disarm(name);
});

test('in time the flag is off in file and process, also after systemd has read its units anew', async () => {
  const [before, armedAt] = [await pid(), Date.now()];
  await deadMan.arm(order({ afterMs: 3_000 }));
  await systemd.runner.run(['systemctl', '--user', 'daemon-reload']);
  expect(await deadMan.look(name)).toEqual({ kind: 'armed', until: UNTIL });
  expect(await acted()).toEqual({ release: 'r-1', state: 'off', at: expect.any(Number) });
  expect(Date.now() - armedAt).toBeGreaterThanOrEqual(2_900);
  expect(Date.now() - armedAt).toBeLessThan(8_000);
  expect(await readFile(file(), 'utf8')).toBe(`A=1\n${FLAG}=false\nB=2\n`);
  expect(await pid()).not.toBe(before);
  expect(await flagOfProcess()).toBe('false');
  await eventually('its unit to be gone', async () =>
    (await deadMan.look(name)).kind === 'none' ? true : undefined,
  );
});

test('a file that cannot take the change: the service is stopped', async () => {
  await writeFile(file(), `OPEN='\n${FLAG}=true\n`);
  await deadMan.arm(order({ afterMs: 200, until: '2026-12-01T05:00:00.000Z' }));
  await eventually('the stop', async () => ((await pid()) === 0 ? true : undefined));
  expect(await acted()).toMatchObject({ state: 'stopped' });
});

test('as a trial it does nothing', async () => {
  const before = await pid();
  await deadMan.arm(order({ name: 'lobml-dead-man-trial', afterMs: 0, duty: undefined }));
  await eventually('its end', async () =>
    (await deadMan.look('lobml-dead-man-trial')).kind === 'none' ? true : undefined,
  );
  expect(await pid()).toBe(before);
  expect((await stat(file())).isFile()).toBe(true);
});

test('a host that refuses says so with its exit code', async () => {
  const parts = { runner: systemd.runner, processes: undefined };
  const refusing = createSystemdManager({ unit: UNIT, userManager: true, sudo: ['false'] }, parts);
  await expect(refusing.deadMan?.arm(order())).rejects.toMatchObject({ name: 'HostError', exitCode: 1 });
  expect(await deadMan.look(name)).toEqual({ kind: 'none' });
});
