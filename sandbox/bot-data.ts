import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cancelTrainer, endOrphan, lookAtTrainer } from '../src/training/trainer-process.js';

const END_TIMEOUT_MS = 5_000;
const POLL_MS = 20;

/** Forgets what an earlier bot kept in its DATA_DIR: its halts and releases were about hosts that are gone. */
export async function clearBotData(dataDir: string): Promise<void> {
  await endTrainers(dataDir);
  await rm(dataDir, { recursive: true, force: true });
}

/** A trainer goes on without its bot, on purpose. In the sandbox nothing may stay behind. */
export async function endTrainers(dataDir: string): Promise<void> {
  const trainings = join(dataDir, 'trainings');
  const names = await readdir(trainings).catch(() => []);
  await Promise.all(names.map((name) => endTrainer(join(trainings, name))));
}

async function endTrainer(folder: string): Promise<void> {
  const deadline = performance.now() + END_TIMEOUT_MS;
  await cancelTrainer(folder);
  while ((await lookAtTrainer(folder)).kind === 'running' && performance.now() < deadline)
    await sleep(POLL_MS);
  await endOrphan(folder);
}
