import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { trainerHere } from '../src/training/trainer-places.js';

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
  const entries = await readdir(trainings, { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => entry.isDirectory());
  await Promise.all(folders.map(({ name }) => endTrainer(name, join(trainings, name))));
}

async function endTrainer(trainingId: string, folder: string): Promise<void> {
  const trainer = trainerHere(trainingId, folder, () => new Date());
  const deadline = performance.now() + END_TIMEOUT_MS;
  await trainer.cancel();
  while ((await trainer.look()).kind === 'running' && performance.now() < deadline) await sleep(POLL_MS);
  await trainer.endOrphan();
}
