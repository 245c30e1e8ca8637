import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { Halt } from '../domain/halt.js';
import { type HaltRecord, haltRecordSchema } from './halt-schema.js';
import { isSameProcessAlive } from './process-identity.js';

/**
 * Halts on this machine's disk, synced, from before the first act until they have ended and the database knows: what
 * a bot that was killed goes on from, without any database.
 */
export interface OpenHaltFiles {
  /**
   * Resolves when the state stands there for every process of this machine, however this one ends; `synced` also for
   * after a power cut. @throws the file system's error.
   */
  save(record: HaltRecord, options: { readonly synced: boolean }): Promise<void>;
  list(): Promise<readonly HaltRecord[]>;
  /** Those that no running process of this machine works on. */
  abandoned(): Promise<readonly HaltRecord[]>;
  remove(haltId: Halt['haltId']): Promise<void>;
}

interface Turn {
  readonly act: () => Promise<void>;
  /** Instead, where something newer stands there already. */
  readonly isLate?: () => Promise<void>;
}

const savedSchema = z.object({ owner: z.string(), record: haltRecordSchema });

/** @param owner of this process, see `identifyProcess`. */
export function createOpenHaltFiles(dataDir: string, owner: string): OpenHaltFiles {
  const folder = join(dataDir, 'halts');
  const fileOf = (haltId: string) => join(folder, `${haltId}.json`);
  /** By halt: a state that took longer to write must not replace a later one. */
  const placing = new Map<string, { newest: number; turn: Promise<void> }>();
  let saves = 0;
  const inOrder = (haltId: string, save: number, { act, isLate }: Turn): Promise<void> => {
    const placed = placing.get(haltId) ?? { newest: 0, turn: Promise.resolve() };
    placing.set(haltId, placed);
    const turn = placed.turn.then(async () => {
      if (save < placed.newest) return isLate?.();
      await act();
      placed.newest = save;
    });
    placed.turn = turn.catch(() => undefined);
    return turn;
  };
  const read = async () => {
    const names = await readdir(folder).catch(() => []);
    const found = names.filter((name) => name.endsWith('.json')).map((name) => readSaved(join(folder, name)));
    return (await Promise.all(found)).flatMap((saved) => saved ?? []);
  };
  return {
    async save(record, { synced }) {
      saves += 1;
      const save = saves;
      const temporary = join(folder, `.${randomUUID()}`);
      const handle = await create(temporary);
      try {
        await handle.writeFile(JSON.stringify({ owner, record }));
        if (synced) await handle.sync();
      } finally {
        // Nobody waits for it: an act of a halt waits for the rest.
        handle.close().catch(() => undefined);
      }
      const { haltId } = record.halt;
      await inOrder(haltId, save, {
        act: () => rename(temporary, fileOf(haltId)),
        isLate: () => rm(temporary, { force: true }),
      });
      if (!synced) return;
      const directory = await open(folder, 'r');
      await directory.sync().finally(() => directory.close());
    },
    list: async () => (await read()).map(({ record }) => record),
    abandoned: async () =>
      (await read()).flatMap(({ owner: whose, record }) =>
        whose !== owner && isSameProcessAlive(whose) ? [] : [record],
      ),
    async remove(haltId) {
      saves += 1;
      await inOrder(haltId, saves, { act: () => rm(fileOf(haltId), { force: true }) });
    },
  };
}

/** In few steps: the folder is mostly there. */
async function create(file: string): Promise<FileHandle> {
  const attempt = () => open(file, 'wx', 0o600);
  try {
    return await attempt();
  } catch {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    return attempt();
  }
}

async function readSaved(file: string): Promise<z.output<typeof savedSchema> | undefined> {
  try {
    return savedSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return undefined;
  }
}
