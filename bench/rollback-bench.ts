import { randomUUID } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { controlHost } from '../sandbox/host/control-host.js';
import { startSandbox } from '../sandbox/sandbox.js';
import { compose } from '../src/compose.js';
import { type Config, loadConfig } from '../src/config.js';
import { isSettled } from '../src/domain/halt.js';
import { createHost } from '../src/hosts/create-host.js';
import { editEnvironmentFile } from '../src/hosts/environment-edit.js';
import type { HaltHandle } from '../src/rollback/live-halt.js';
import { enableFlag } from '../src/rollback/strategy-facts.js';
import { loadRunbook } from '../src/runbook/load-runbook.js';
import { loadTargets, type Target } from '../src/runbook/targets.js';
import type { Services } from '../src/services.js';
import { openState } from '../src/store/open-state.js';
import { createLogger } from '../src/telemetry/logger.js';
import type { Figure, Measurement } from './figure.js';
import { median, quantile, timed } from './statistics.js';

const ROUNDS = { small: 8, full: 40 } as const;
const PRECHECKS = 20;
const PERSON = { id: 'bench', name: 'bench', surface: 'terminal' } as const;

/**
 * The kill switch, from the click to the flag on disk (against a plain write, sync and rename of the same file) with
 * 20 prechecks running, and to the proved restart (against the service manager's own restart until its process shows
 * it); then both again with the bot's database away.
 */
export const rollbackFigure: Figure = {
  id: 'rollback',
  async measure({ folder, size, say }) {
    say('starting a sandbox: PostgreSQL, trading hosts, the bot');
    const sandbox = await startSandbox({ folder, port: 0, restartDelayMs: 200 });
    const config = loadConfig(sandbox.botEnvironment, { role: 'terminal' });
    try {
      const rounds = ROUNDS[size];
      const up = await withBot({ ...config, dataDir: join(folder, 'bench-up') }, (bot) =>
        measureBot(bot, rounds, say),
      );
      const away = loadConfig(
        {
          ...sandbox.botEnvironment,
          DATABASE_URL: 'postgres://nobody@127.0.0.1:1/lobml',
          DATA_DIR: join(folder, 'bench-away'),
        },
        { role: 'terminal' },
      );
      say('again with the database of the bot away');
      const down = await withBot(away, (bot) => measureBot(bot, rounds, say));
      return measurements(up, down);
    } finally {
      await sandbox.close();
    }
  },
};

interface Bot {
  readonly services: Services;
  readonly target: Target;
  readonly flag: string;
}

interface Taken {
  readonly flag: readonly number[];
  readonly plainWrite: readonly number[];
  readonly proof: readonly number[];
  readonly plainRestart: readonly number[];
}

function measurements(up: Taken, down: Taken): Measurement[] {
  const unit = 'ms';
  const p99 = (values: readonly number[]) => quantile(values, 0.99);
  const slower = { kind: 'within', times: 1.25, plus: 10 } as const;
  return [
    {
      name: `rollback flag on disk p99, ${PRECHECKS} prechecks`,
      ours: p99(up.flag),
      reference: p99(up.plainWrite),
      unit,
      bound: { kind: 'within', times: 1, plus: 50 },
    },
    {
      name: 'rollback proved restart',
      ours: median(up.proof),
      reference: median(up.plainRestart),
      unit,
      bound: { kind: 'within', times: 1, plus: 200 },
    },
    {
      name: 'rollback flag, database away',
      ours: median(down.flag),
      reference: median(up.flag),
      unit,
      bound: slower,
    },
    {
      name: 'rollback proof, database away',
      ours: median(down.proof),
      reference: median(up.proof),
      unit,
      bound: slower,
    },
  ];
}

async function withBot<T>(config: Config, work: (bot: Bot) => Promise<T>): Promise<T> {
  const logger = createLogger({ level: 'silent', to: 'stderr' });
  const state = openState(config, 'terminal', logger);
  state.catch(() => undefined);
  const [runbook, targets] = await Promise.all([
    loadRunbook(config.runbookFile),
    loadTargets(config.targetsFile),
  ]);
  const configuration = { config, runbook, targets };
  const { services, close } = compose({ configuration, logger, state: () => state });
  const target = services.targets.targets.get(services.targets.defaultTarget);
  if (target === undefined) throw new Error('the sandbox has no default target');
  // The figures end with the proof: the observation that follows is not waited for.
  const watch = { ...target.watch, haltObservationSecs: 0.1 };
  try {
    return await work({ services, target: { ...target, watch }, flag: enableFlag(services.runbook) });
  } finally {
    await services.rollback.settled();
    await close();
    await state.then(
      (open) => open.close(),
      () => undefined,
    );
  }
}

async function measureBot(bot: Bot, rounds: number, say: (line: string) => void): Promise<Taken> {
  const flag: number[] = [];
  const plainWrite: number[] = [];
  const proof: number[] = [];
  const plainRestart: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await turnOn(bot);
    plainWrite.push(await underLoad(bot, () => timed(() => writePlainly(bot))));
    const loaded = await underLoad(bot, () => click(bot));
    flag.push(loaded.flagMs);
    await turnOn(bot);
    plainRestart.push(await restartPlainly(bot));
    await turnOn(bot);
    proof.push((await click(bot)).proofMs);
    say(
      `round ${round + 1} of ${rounds}: flag ${flag.at(-1)?.toFixed(0)} ms (plain ${plainWrite.at(-1)?.toFixed(0)}), proof ${proof.at(-1)?.toFixed(0)} ms`,
    );
  }
  return { flag, plainWrite, proof, plainRestart };
}

/** With prechecks of the same process running from before until after. */
async function underLoad<T>({ services, target }: Bot, work: () => Promise<T>): Promise<T> {
  const runs = Array.from({ length: PRECHECKS }, () =>
    services.checks.run({ kind: 'precheck', target, requestedBy: PERSON }),
  );
  const result = await work();
  await Promise.all(runs);
  return result;
}

async function click({ services, target }: Bot): Promise<{ flagMs: number; proofMs: number }> {
  const started = performance.now();
  await services.operators.mayRollBack(PERSON);
  const handle = services.rollback.start({ target, kind: 'disable', requestedBy: PERSON });
  const flagMs = (await seen(handle, (host) => host.disk === 'done')) - started;
  const proofMs = (await seen(handle, (host) => isSettled(host, 'disable'))) - started;
  await handle.done;
  return { flagMs, proofMs };
}

type HostOfHalt = ReturnType<HaltHandle['current']>['hosts'][number];

/** When every host was there. */
function seen(handle: HaltHandle, isThere: (host: HostOfHalt) => boolean): Promise<number> {
  return new Promise((resolve) => {
    handle.subscribe(({ hosts }) => {
      if (hosts.every(isThere)) resolve(performance.now());
    });
  });
}

/** What a script would do: the same content beside the file, synced, renamed; for both hosts at once. */
async function writePlainly({ target }: Bot): Promise<void> {
  await Promise.all(
    target.hosts.map(async ({ writtenEnvironmentFile: path }) => {
      const temporary = `${path}.${randomUUID()}`;
      const bytes = await readFile(path);
      const handle = await open(temporary, 'wx', 0o640);
      await handle.writeFile(bytes);
      await handle.sync();
      await handle.close();
      await rename(temporary, path);
    }),
  );
}

/** The service manager's own restart, until the new process shows its environment. */
function restartPlainly({ target, flag }: Bot): Promise<number> {
  return timed(() =>
    Promise.all(
      target.hosts.map(async (settings) => {
        const { service } = createHost(settings);
        const before = await service.status();
        await service.restart();
        for (;;) {
          const { mainPid } = await service.status();
          if (mainPid !== 0 && mainPid !== before.mainPid) {
            if ((await service.processEnvironment(mainPid, [flag])) !== undefined) return;
          }
        }
      }),
    ),
  );
}

async function turnOn({ target, flag }: Bot): Promise<void> {
  await Promise.all(
    target.hosts.map(async (settings) => {
      const host = createHost(settings);
      const path = settings.writtenEnvironmentFile;
      const text = await readFile(path, 'utf8');
      await host.replaceFile(path, Buffer.from(editEnvironmentFile(text, new Map([[flag, 'true']]))));
      if (settings.service.manager === 'command') await controlHost(settings.service.restart);
    }),
  );
}
