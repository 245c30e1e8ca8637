import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { buildPrograms, PROGRAMS_FOLDER } from '../support/build-programs.js';
import { type Sshd, startSshd } from '../support/sshd.js';
import { startUserSystemd, type UserSystemd } from '../support/systemd.js';

const run = promisify(execFile);
const UNIT = 'own.service';

let systemd: UserSystemd;
let sshd: Sshd;

beforeAll(async () => {
  systemd = await startUserSystemd();
  await writeFile(join(systemd.unitFolder, UNIT), '[Service]\nExecStart=/bin/sleep 600\n');
  await systemd.runner.run(['systemctl', '--user', 'daemon-reload']);
  sshd = await startSshd({ within: systemd.enter });
  const entryPoint = join(import.meta.dirname, 'support', 'restart-unit.ts');
  await buildPrograms({ entryPoints: [entryPoint], folder: PROGRAMS_FOLDER, extension: '.mjs' });
});
afterAll(async () => {
  await sshd.stop();
  await systemd.stop();
});

/** As a bot finds itself that no login started: what it says of the service before and after a restart. */
async function restartUnit(connection: object): Promise<unknown> {
  const program = join(PROGRAMS_FOLDER, 'restart-unit.mjs');
  const [enter = '', ...words] = systemd.enter;
  const bare = ['env', '-u', 'XDG_RUNTIME_DIR', '-u', 'DBUS_SESSION_BUS_ADDRESS', process.execPath, program];
  const said = await run(enter, [
    ...words,
    ...bare,
    JSON.stringify({ connection, unit: UNIT, folder: sshd.controlFolder }),
  ]);
  return JSON.parse(said.stdout);
}

const STARTED = { before: 'inactive', after: 'active' };

test('a user’s own manager is found on this machine', async () => {
  expect(await restartUnit({ kind: 'local' })).toEqual(STARTED);
  await systemd.runner.run(['systemctl', '--user', 'stop', UNIT]);
});

test('and behind ssh, where no login has set the way to it', async () => {
  const connection = { kind: 'ssh', address: sshd.address, configFile: sshd.configFile };
  expect(await restartUnit(connection)).toEqual(STARTED);
});
