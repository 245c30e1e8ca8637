import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import pg from 'pg';
import { z } from 'zod';
import type { DeadManHolder, Host } from '../../../../src/hosts/host.js';
import { createReleaseTasks } from '../../../../src/release/engine/create-engine.js';
import type { StrategyFacts } from '../../../../src/release/engine/steps/step.js';
import type { StepJournal, Turn } from '../../../../src/release/engine/steps/step-journal.js';
import { systemClock } from '../../../../src/time/clock.js';
import { startWorker } from '../../../../src/worker/worker.js';
import { targetsOf } from './targets-of.js';
import { createTestEngine } from './test-engine.js';

/**
 * A replica that ends by SIGKILL at every point that no replica has died at before: before a step is recorded, after
 * that, in the middle of its work on a host, before and after its end is recorded; and around the turn from one way to
 * another.
 */
const settingsSchema = z.object({
  databaseUrl: z.string(),
  targets: z.string(),
  /** One empty folder for each point at which a replica was killed. */
  deaths: z.string(),
  /** One line for each file that was written on a host, and on which way. */
  writes: z.string(),
  /** Whether replicas are killed while they deploy or while they put back. */
  dieOn: z.enum(['forward', 'back']),
  /** Stands from the moment when the release turned to going back, or off. */
  turned: z.string(),
  /** What the checks after the deploy find. */
  checkpoint: z.enum(['GO', 'HOLD', 'LACKS_DATA']),
});
const settings = settingsSchema.parse(JSON.parse(process.argv[2] ?? '{}'));

const way = () => (existsSync(settings.turned) ? 'back' : 'forward');

function dieAt(point: string): void {
  if (way() !== settings.dieOn) return;
  try {
    mkdirSync(join(settings.deaths, point));
  } catch {
    return;
  }
  process.kill(process.pid, 'SIGKILL');
}

function noteTurn(turn: Turn | undefined): void {
  if (turn?.instead !== undefined) writeFileSync(settings.turned, '');
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
      const looked = end.answered?.looked === undefined ? '' : `-${end.answered.looked}`;
      const ending = end.after?.confirmedBy === undefined ? looked : '-confirmed';
      dieAt(`${position}-4-applied${ending}`);
      await journal.end(held, position, end, turn);
      noteTurn(turn);
      dieAt(`${position}-5-ended${ending}`);
    },
    async giveUp(held, gone) {
      dieAt(`${gone.host}-1-before-given-up`);
      await journal.giveUp(held, gone);
      dieAt(`${gone.host}-2-given-up`);
    },
    async amend(releaseId, position, more) {
      dieAt('amended-1-before');
      await journal.amend(releaseId, position, more);
      dieAt('amended-2-after');
    },
    async turn(held, turn) {
      const name = turn.ended ? 'over' : (turn.state ?? 'told');
      dieAt(`${name}-1-before`);
      await journal.turn(held, turn);
      noteTurn(turn);
      dieAt(`${name}-2-turned`);
    },
  };
}

/** It is armed or disarmed, and nobody has recorded it. */
function mortalDeadMan({ name: host, service: { deadMan } }: Host): DeadManHolder | undefined {
  return (
    deadMan && {
      look: (name, options) => deadMan.look(name, options),
      async arm(order, options) {
        await deadMan.arm(order, options);
        dieAt(`${host}-3-armed`);
      },
      async disarm(name, options) {
        await deadMan.disarm(name, options);
        dieAt(`${host}-3-disarmed`);
      },
    }
  );
}

/** The write has happened, or the restart is on its way, and nobody has recorded it. */
function mortalHost(host: Host): Host {
  const wrote = (path: string) => {
    appendFileSync(settings.writes, `${way()} ${host.name} ${path}\n`);
    dieAt(`${host.name}-3-${basename(path)}`);
  };
  return {
    name: host.name,
    run: (command, options) => host.run(command, options),
    stat: (path, options) => host.stat(path, options),
    readFile: (path, options) => host.readFile(path, options),
    sha256: (path, options) => host.sha256(path, options),
    readableBy: (path, user, options) => host.readableBy(path, user, options),
    listFiles: (folder, options) => host.listFiles(folder, options),
    async copyFile(path, to, options) {
      await host.copyFile(path, to, options);
      dieAt(`${host.name}-3-copied-to-${basename(to).replace(/[0-9a-f]{64}/, 'SHA256')}`);
    },
    async removeFile(path, options) {
      await host.removeFile(path, options);
      dieAt(`${host.name}-3-removed-${basename(path)}`);
    },
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
      async stop(options) {
        await host.service.stop(options);
        dieAt(`${host.name}-3-stopped`);
      },
      deadMan: mortalDeadMan(host),
      account: (status, options) => host.service.account(status, options),
      logs: (options) => host.service.logs(options),
      processEnvironment: (pid, names, options) => host.service.processEnvironment(pid, names, options),
      processes: (status, options) => host.service.processes(status, options),
      processFacts: (pid, options) => host.service.processFacts(pid, options),
      variableNames: (pid, prefix, options) => host.service.variableNames(pid, prefix, options),
      definition: (options) => host.service.definition(options),
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
  flag: { variable: 'ENABLED', on: 'true', off: 'false' },
  model: { path: 'MODEL_PATH', version: 'MODEL_VERSION' },
  variables: new Map(
    ['ENABLED', 'MODEL_TYPE', 'MODEL_PATH', 'MODEL_VERSION'].map((name) => [
      name,
      { type: 'text', default: undefined },
    ]),
  ),
  startLog: {
    loadedLine: ['loaded lob-ml onnx model', 'model_path={MODEL_PATH}'],
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
  verdicts: { checkpoint: settings.checkpoint },
});
await startWorker({
  url: settings.databaseUrl,
  strategies: ['crypto_lob_ml'],
  tasks: createReleaseTasks(engine, pool),
  clock: systemClock,
  logger: engine.logger,
  pollMs: 150,
  concurrency: 2,
});
process.stdin.on('end', () => process.exit(0)).resume();
