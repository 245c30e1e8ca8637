import pg from 'pg';
import { type Composition, compose } from '../../../src/app/compose.js';
import { loadConfiguration } from '../../../src/app/load-configuration.js';
import type { Person } from '../../../src/domain/person.js';
import { composeEngine } from '../../../src/release/engine/create-engine.js';
import { createLogger } from '../../../src/telemetry/logger.js';
import { systemClock } from '../../../src/time/clock.js';
import { startWorker } from '../../../src/worker/worker.js';

/** A bot that asks for one release, approves and starts it, and carries it out until it is killed. */
const [runbookFile, targetsFile, dataDir, url] = process.argv.slice(2);
const [ALICE, BOB, CAROL] = ['alice', 'bob', 'carol'].map(
  (name): Person => ({ id: `U0${name.toUpperCase()}`, name, surface: 'slack' }),
) as [Person, Person, Person];

const logger = createLogger({ level: 'silent', to: 'stderr' });
const pool = new pg.Pool({ connectionString: url });
const environment = { RUNBOOK_FILE: runbookFile, TARGETS_FILE: targetsFile, DATA_DIR: dataDir };
const composition: Composition = compose({
  configuration: await loadConfiguration('terminal', { env: environment }),
  logger,
  state: async () => ({ pool, url: url ?? '', close: async () => undefined }),
  directory: {
    person: async (id) => ({ id, name: id, locale: undefined, isActiveMember: true }),
    isActiveMember: async () => true,
    groupMembers: async (_group, { listed = [] } = {}) => ({ ids: listed, source: 'listed' }),
  },
});
await startWorker({
  url: url ?? '',
  strategies: [composition.services.runbook.strategy],
  tasks: {
    ...composeEngine({
      context: composition.releaseContext,
      hostOf: composition.hostOf,
      clock: systemClock,
      logger,
    }),
    message: async () => undefined,
  },
  clock: systemClock,
  logger,
});

const { releases, targets } = composition.services;
const target = targets.targets.get('live');
if (target === undefined) throw new Error('There is no target.');
const wish = {
  model: 'lob_tcn_5m_v4.onnx',
  modelVersion: 'lob-tcn-5m-v4',
  binary: undefined,
  settings: {},
  reason: 'a better model',
};
const checked = await releases.plan(wish, target, ALICE);
if (checked.kind !== 'checked') throw new Error(JSON.stringify(checked));
const { run, digest } = checked;
const result = await releases.request({
  wish,
  target,
  by: ALICE,
  runId: run.runId,
  digest,
  acknowledged: [],
});
if (result.kind !== 'requested') throw new Error(JSON.stringify(result));
const bound = { requestId: result.request.requestId, digest: result.request.digest };
for (const person of [BOB, CAROL]) await releases.approve({ ...bound, person });
process.stdout.write(`${JSON.stringify(await releases.start({ ...bound, person: BOB }))}\n`);
