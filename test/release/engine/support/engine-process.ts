import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { z } from 'zod';
import { systemClock } from '../../../../src/clock.js';
import type { Host } from '../../../../src/hosts/host.js';
import { createReleaseTasks } from '../../../../src/release/engine/release-tasks.js';
import type { StrategyFacts } from '../../../../src/release/engine/step.js';
import type { StepJournal } from '../../../../src/release/engine/step-journal.js';
import { createReleaseQueue } from '../../../../src/worker/release-queue.js';
import { startWorker } from '../../../../src/worker/worker.js';
import { targetsOf } from './targets-of.js';
import { createTestEngine } from './test-engine.js';

/**
 * A replica that ends by SIGKILL at every point that no replica has died at before: before a step is recorded, after
 * that, in the middle of its work on a host, before and after its end is recorded.
 */
const settingsSchema = z.object({
  databaseUrl: z.string(),
  targets: z.string(),
  /** One empty folder for each point that has had its death. */
  deaths: z.string(),
  /** One line for each file that was written on a host. */
  writes: z.string(),
});
const settings = settingsSchema.parse(JSON.parse(process.argv[2] ?? '{}'));

function dieAt(point: string): void {
  try {
    mkdirSync(join(settings.deaths, point));
  } catch {
    return;
  }
  process.kill(process.pid, 'SIGKILL');
}

function mortalJournal(journal: StepJournal): StepJournal {
  return {
    ...journal,
    async begin(held, position, before, forward) {
      if (position === 0) dieAt('0-1-before');
      const begun = await journal.begin(held, position, before, forward);
      if (begun) dieAt(`${position}-2-begun`);
      return begun;
    },
    async end(held, position, end, turn) {
      dieAt(`${position}-4-applied`);
      await journal.end(held, position, end, turn);
      dieAt(`${position}-5-ended`);
    },
  };
}

/** The write has happened, or the restart is on its way, and nobody has recorded it. */
function mortalHost(host: Host): Host {
  const wrote = (path: string) => {
    appendFileSync(settings.writes, `${host.name} ${path}\n`);
    dieAt(`${host.name}-3-${path.replaceAll('/', '_')}`);
  };
  return {
    name: host.name,
    stat: (path, options) => host.stat(path, options),
    readFile: (path, options) => host.readFile(path, options),
    sha256: (path, options) => host.sha256(path, options),
    readableBy: (path, user, options) => host.readableBy(path, user, options),
    listFiles: (folder, options) => host.listFiles(folder, options),
    copyFile: (path, to, options) => host.copyFile(path, to, options),
    removeFile: (path, options) => host.removeFile(path, options),
    async replaceFile(path, bytes, options) {
      await host.replaceFile(path, bytes, options);
      wrote(path);
    },
    async installFile(localPath, path, options) {
      await host.installFile(localPath, path, options);
      wrote(path);
    },
    service: {
      description: host.service.description,
      status: (options) => host.service.status(options),
      stop: (options) => host.service.stop(options),
      account: (status, options) => host.service.account(status, options),
      logs: (options) => host.service.logs(options),
      processEnvironment: (pid, names, options) => host.service.processEnvironment(pid, names, options),
      async restart(options) {
        const restarting = host.service.restart(options);
        setTimeout(() => dieAt(`${host.name}-3-restart`), 40);
        await restarting;
      },
    },
  };
}

/** As the runbook says it; loading the whole of it would take longer than a replica lives here. */
const STRATEGY: StrategyFacts = {
  envPrefix: 'PLOY_CRYPTO_LOB_ML__',
  variables: new Map(
    ['ENABLED', 'MODEL_TYPE', 'MODEL_PATH', 'MODEL_VERSION'].map((name) => [
      name,
      { type: 'text', default: undefined },
    ]),
  ),
  startLog: {
    loadedLine: ['loaded lob-ml onnx model', '{MODEL_PATH}'],
    errorLines: [/\bERROR\b/],
    withinSecs: 60,
  },
};

const pool = new pg.Pool({ connectionString: settings.databaseUrl, max: 4 });
pool.on('error', () => undefined);
const engine = createTestEngine({
  pool,
  targets: targetsOf(settings.targets),
  runbook: STRATEGY,
  wrapJournal: mortalJournal,
  wrapHost: mortalHost,
});
await startWorker({
  url: settings.databaseUrl,
  tasks: createReleaseTasks({ engine, queue: createReleaseQueue(), database: pool }),
  clock: systemClock,
  logger: engine.logger,
  pollMs: 150,
  concurrency: 2,
});
process.stdin.on('end', () => process.exit(0)).resume();
