import { createHost } from '../../../src/hosts/kinds/create-host.js';

const { connection, unit, folder } = JSON.parse(process.argv[2] ?? '');
const { service } = createHost(
  {
    name: 'h1',
    connection,
    service: { manager: 'systemd', unit, userManager: true, restartSecs: 1 },
    environmentFiles: [],
    writtenEnvironmentFile: '/dev/null',
    models: undefined,
    binary: undefined,
  },
  { ssh: { controlFolder: folder, serviceControlFolder: folder, environment: {} } },
);
const before = (await service.status()).activeState;
await service.restart();
const after = (await service.status()).activeState;
process.stdout.write(JSON.stringify({ before, after }));
process.exit();
