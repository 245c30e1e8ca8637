import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { open, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import { controlHost } from '../../sandbox/host/control-host.js';
import { inSession } from '../../sandbox/host/incident-session.js';
import { openOrders, placeOrders } from '../../sandbox/host/venue-book.js';
import { startSandbox } from '../../sandbox/sandbox.js';
import { createLocalSlack } from '../../sandbox/slack/local-slack.js';
import { PROBE_KINDS } from '../../src/checks/probe-kinds.js';
import { type Halt, isSettled } from '../../src/domain/halt.js';
import { createOpenHaltFiles } from '../../src/halt/open-halt-file.js';
import { editEnvironmentFile } from '../../src/hosts/environment/environment-edit.js';
import { createHost } from '../../src/hosts/kinds/create-host.js';
import { loadRunbook } from '../../src/runbook/load-runbook.js';
import { runbookFiles } from '../../src/runbook/runbook-files.js';
import { enableFlag } from '../../src/runbook/strategy-contract.js';
import { loadTargets, type Target } from '../../src/runbook/targets.js';
import { DISABLE_ACTION } from '../../views/rollback-buttons.js';
import { startRelay } from '../support/relay.js';
import type { Figure, Measurement } from './figure.js';
import { type HttpBot, startHttpBot } from './http-bot.js';
import { sendClick, sendCommands } from './signed-requests.js';
import { median, quantile, timed } from './statistics.js';

const ROUNDS = { small: 8, full: 40 } as const;
const PRECHECKS = Array.from({ length: 20 }, () => 'precheck live');
/** Clicks come at these moments of the prechecks' work. */
const CLICK_AFTER_MS = [100, 300, 600, 1_000, 1_500, 2_000, 2_500, 3_000];
/** The flag's moment is the one that is looked for; the proof's is told by the halt itself. */
const FLAG_LOOK_MS = 2;
const PROOF_LOOK_MS = 25;
const VENUE_LOOK_MS = 10;
/** Clicks come when the strategy has started, not while it does. */
const STARTED_MS = 1_000;
const TIMEOUT_MS = 120_000;

/**
 * The kill switch as Slack sees it: from the signed request of a click, sent to the real program, to the flag in the
 * files (against a plain write, sync and rename of the same files by a process that does nothing else) with 20
 * prechecks running in that bot, and to the proved restart (against the service manager's own restart until its process
 * shows it); then both again with the bot's database away.
 */
export const rollbackFigure: Figure = {
  id: 'rollback',
  async measure({ folder, size, say }) {
    say('starting a sandbox: PostgreSQL, trading hosts, the bot');
    const sandbox = await startSandbox({ folder, port: 0, restartDelayMs: 200 });
    const slack = createLocalSlack({ rateLimits: false });
    await slack.start();
    await sandbox.bot().end();
    const database = new URL(sandbox.botEnvironment.DATABASE_URL ?? '');
    const relay = await startRelay(Number(database.port));
    database.port = String(relay.port);
    const dataDir = join(folder, 'bench-bot');
    const environment = {
      ...sandbox.botEnvironment,
      DATABASE_URL: database.href,
      DATA_DIR: dataDir,
      TARGETS_FILE: await targetsFile(folder, sandbox.botEnvironment.TARGETS_FILE ?? ''),
    };
    const bot = await startHttpBot(environment, slack, join(folder, 'bench-bot.log'));
    try {
      await bot.untilIdle();
      const { targets, defaultTarget } = await loadTargets(environment.TARGETS_FILE);
      const target = targets.get(defaultTarget);
      if (target === undefined) throw new Error('the sandbox has no default target');
      const [runbook = ''] = await runbookFiles(sandbox.botEnvironment.RUNBOOK_FILE ?? '');
      const flag = enableFlag(await loadRunbook(runbook, PROBE_KINDS));
      const venue = openVenue(sandbox.hosts.hosts[0]?.environmentFiles[0] ?? '', target.accountId ?? '');
      const stage = { bot, target, flag, venue, halts: createOpenHaltFiles(dataDir, 'bench') };
      const up = await measureBot(stage, ROUNDS[size], say);
      const atVenue = await measureVenue(stage, ROUNDS[size], say);
      say('again with the database of the bot away');
      relay.cut();
      const down = await measureBot(stage, ROUNDS[size], say);
      return [...measurements(up, down), atVenue];
    } finally {
      await bot.end();
      relay.cut();
      await slack.stop();
      await sandbox.close();
    }
  },
};

/** The figures end with the proof: the observation that follows is not waited for. */
async function targetsFile(folder: string, original: string): Promise<string> {
  const source = parse(await readFile(original, 'utf8'));
  for (const target of Object.values<{ watch: object }>(source.targets)) {
    target.watch = { ...target.watch, haltObservationSecs: 0.1 };
  }
  const file = join(folder, 'bench-targets.yaml');
  await writeFile(file, stringify(source));
  return file;
}

interface Stage {
  readonly bot: HttpBot;
  readonly target: Target;
  readonly flag: string;
  readonly venue: Venue;
  readonly halts: ReturnType<typeof createOpenHaltFiles>;
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
      name: `rollback flag on disk p99, ${PRECHECKS.length} prechecks`,
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

async function measureBot(stage: Stage, rounds: number, say: (line: string) => void): Promise<Taken> {
  const flag: number[] = [];
  const plainWrite: number[] = [];
  const proof: number[] = [];
  const plainRestart: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const after = CLICK_AFTER_MS[round % CLICK_AFTER_MS.length] ?? 0;
    await turnOn(stage);
    plainWrite.push(await underLoad(stage, after, () => timed(() => writePlainly(stage))));
    flag.push(await underLoad(stage, after, async () => (await click(stage)).flagMs));
    await turnOn(stage);
    plainRestart.push(await restartPlainly(stage));
    await turnOn(stage);
    proof.push((await click(stage)).proofMs);
    say(
      `round ${round + 1} of ${rounds}: flag ${flag.at(-1)?.toFixed(0)} ms (plain ${plainWrite.at(-1)?.toFixed(0)}), proof ${proof.at(-1)?.toFixed(0)} ms (plain ${plainRestart.at(-1)?.toFixed(0)})`,
    );
  }
  return { flag, plainWrite, proof, plainRestart };
}

interface Venue {
  /** Orders rest, as the strategy's would. */
  place(): Promise<void>;
  untilEmpty(): Promise<void>;
}

/** The book of the sandbox's venue. @param file with the address of its database */
function openVenue(file: string, account: string): Venue {
  const url = /^DATABASE_URL='(.*)'$/m.exec(readFileSync(file, 'utf8'))?.[1] ?? '';
  const placed = { resting: 3, partly: 0, unrecorded: 0, fillsInSecs: 3_600 };
  return {
    place: () => inSession(url, (client) => placeOrders(client, account, 'bench', placed)),
    untilEmpty: () =>
      inSession(url, (client) =>
        until(async () => (await openOrders(client, account)).length === 0, VENUE_LOOK_MS),
      ),
  };
}

/** From the click until nothing rests, against the program that cancels, run by itself. */
async function measureVenue(stage: Stage, rounds: number, say: (line: string) => void): Promise<Measurement> {
  const { venue, target } = stage;
  const cancel = target.venue?.cancelOrders?.command ?? [];
  const ours: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await venue.place();
    bare.push(await timed(() => Promise.all([controlHost(cancel), venue.untilEmpty()])));
    await turnOn(stage);
    await venue.place();
    const halting = click(stage);
    ours.push(await timed(() => venue.untilEmpty()));
    await halting;
    say(
      `round ${round + 1} of ${rounds}: venue empty ${ours.at(-1)?.toFixed(0)} ms (plain ${bare.at(-1)?.toFixed(0)})`,
    );
  }
  return {
    ...{ name: 'rollback venue empty', ours: median(ours), reference: median(bare), unit: 'ms' },
    bound: { kind: 'within', times: 1, plus: 1_000 },
  };
}

/** With prechecks of the same bot going on. */
async function underLoad<T>({ bot }: Stage, afterMs: number, work: () => Promise<T>): Promise<T> {
  await sendCommands(bot, PRECHECKS);
  await sleep(afterMs);
  const result = await work();
  await bot.untilIdle();
  return result;
}

async function click(stage: Stage): Promise<{ flagMs: number; proofMs: number }> {
  const { bot, target, flag, halts } = stage;
  const known = new Set((await halts.list()).map(({ halt }) => halt.haltId));
  const clickedAt = Date.now();
  const started = performance.now();
  const acknowledged = sendClick(bot, { actionId: DISABLE_ACTION, value: target.name, user: 'U0CAROL' });
  await until(() => target.hosts.every((host) => isOff(host.writtenEnvironmentFile, flag)), FLAG_LOOK_MS);
  const flagMs = performance.now() - started;
  await acknowledged;
  let proved: Halt | undefined;
  await until(async () => {
    const records = (await halts.list()).map(({ halt }) => halt).filter(({ haltId }) => !known.has(haltId));
    proved ??= records.find(({ hosts }) => hosts.every((host) => isSettled(host, 'disable')));
    // It goes on looking for a moment; the next click must find it ended.
    return proved !== undefined && records.every(({ endedAt }) => endedAt !== null);
  }, PROOF_LOOK_MS);
  // Without a database it stays there: the next clicks would be those of an outage with a hundred halts.
  if (proved !== undefined) await halts.remove(proved.haltId);
  const moments = proved?.hosts.map(({ processAt }) => Date.parse(processAt ?? '')) ?? [];
  return { flagMs, proofMs: Math.max(...moments) - clickedAt };
}

const isOff = (file: string, flag: string): boolean => readFileSync(file, 'utf8').includes(`${flag}=false`);

async function until(holds: () => boolean | Promise<boolean>, lookMs: number): Promise<void> {
  const deadline = performance.now() + TIMEOUT_MS;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error('the halt did not get on');
    await sleep(lookMs);
  }
}

/** What a script would do: the same content beside the file, synced, renamed; for both hosts at once. */
async function writePlainly({ target }: Stage): Promise<void> {
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
function restartPlainly({ target, flag }: Stage): Promise<number> {
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

async function turnOn({ target, flag }: Stage): Promise<void> {
  await Promise.all(
    target.hosts.map(async (settings) => {
      const host = createHost(settings);
      const path = settings.writtenEnvironmentFile;
      const text = await readFile(path, 'utf8');
      await host.replaceFile(path, Buffer.from(editEnvironmentFile(text, new Map([[flag, 'true']]))));
      if (settings.service.manager === 'command') await controlHost(settings.service.restart);
    }),
  );
  await sleep(STARTED_MS);
}
