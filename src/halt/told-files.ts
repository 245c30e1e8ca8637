import { open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { ValueOf } from '../domain/value-of.js';
import { isOwnerAlive } from '../machine/process-lock.js';
import { writeAside } from '../machine/write-aside.js';
import { type HaltMessage, type HaltRecord, haltMessageSchema, withFollowers } from './halt-schema.js';

/** Beside the state of a halt that another process of this folder writes: who shows it meanwhile, and by which messages. */
const toldSchema = z.object({ owner: z.string(), haltId: z.string(), messages: z.array(haltMessageSchema) });
type Told = ValueOf<typeof toldSchema>;

const ENDING = '.told.json';

export interface ToldFiles {
  /** Whether this process shows it: nobody did, or who did is dead. */
  claim(haltId: string): Promise<boolean>;
  /** What shows it now. Nothing where another process of this folder does. */
  note(haltId: string, messages: readonly HaltMessage[]): Promise<void>;
}

export function createToldFiles(dataDir: string, owner: string): ToldFiles {
  const folder = join(dataDir, 'halts');
  const fileOf = (haltId: string) => join(folder, `${haltId}${ENDING}`);
  const replace = async (told: Told) => {
    const temporary = await writeAside(folder, JSON.stringify(told), { synced: false });
    await rename(temporary, fileOf(told.haltId)).catch(async (error: unknown) => {
      await rm(temporary, { force: true });
      throw error;
    });
  };
  return {
    async claim(haltId) {
      const begun: Told = { owner, haltId, messages: [] };
      try {
        const handle = await open(fileOf(haltId), 'wx', 0o600);
        await handle.writeFile(JSON.stringify(begun)).finally(() => handle.close());
        return true;
      } catch {
        const known = await readTold(fileOf(haltId));
        if (known === undefined || known.owner === owner) return known !== undefined;
        if (await isOwnerAlive(dataDir, known.owner)) return false;
        await replace({ ...known, owner });
        return true;
      }
    },
    async note(haltId, messages) {
      const known = await readTold(fileOf(haltId));
      if (known?.owner === owner) await replace({ owner, haltId, messages: [...messages] });
    },
  };
}

/** What is known of the messages that others show of these halts is part of them. */
export async function withTold(
  folder: string,
  records: readonly HaltRecord[],
): Promise<readonly HaltRecord[]> {
  const names = await readdir(folder).catch(() => []);
  const found = await Promise.all(
    names.filter((name) => name.endsWith(ENDING)).map((name) => readTold(join(folder, name))),
  );
  return records.map((record) => {
    const told = found.find((one) => one?.haltId === record.halt.haltId);
    return told === undefined ? record : withFollowers(record, told.messages);
  });
}

async function readTold(file: string): Promise<Told | undefined> {
  try {
    return toldSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return undefined;
  }
}
