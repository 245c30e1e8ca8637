import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { errnoOf } from '../machine/errno.js';
import { placeOnce } from './place-once.js';

/** Where a training was sent: it stays there, whatever the runbook says later. */
export interface TrainerPlace {
  /** TARGET/HOST, or `local`. */
  readonly host: string;
  /** Where the trainer starts; undefined: in the training's own folder. */
  readonly workingFolder?: string | undefined;
}

const FILE = 'place.json';
const placeSchema = z.union([
  z.object({ host: z.string(), workingFolder: z.string().optional() }),
  z.object({ givenUp: z.literal(true) }),
]);

/** undefined: it was sent nowhere yet. @param folder the training's on the bot's machine */
export async function readPlace(folder: string): Promise<TrainerPlace | 'given_up' | undefined> {
  try {
    const place = placeSchema.parse(JSON.parse(await readFile(join(folder, FILE), 'utf8')));
    return 'givenUp' in place ? 'given_up' : place;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Notes where it is sent, before it is; or that it never will be. @returns false where that was noted before. */
export async function takePlace(folder: string, place: TrainerPlace | 'given_up'): Promise<boolean> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return placeOnce(join(folder, FILE), JSON.stringify(place === 'given_up' ? { givenUp: true } : place));
}
