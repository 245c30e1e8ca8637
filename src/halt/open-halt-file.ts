import { open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Halt } from '../domain/halt.js';
import type { ValueOf } from '../domain/value-of.js';
import type { NoteBefore } from '../hosts/environment/write-wanted.js';
import { isSameProcessAlive } from '../machine/process-identity.js';
import { writeAside } from '../machine/write-aside.js';
import { type HaltRecord, haltRecordSchema } from './halt-schema.js';

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
  /**
   * What another process puts there right before it writes a host's files: the halt as it is now, and what stood there.
   * Whatever is read here afterwards knows it.
   */
  noteBefore(record: HaltRecord, host: string): NoteBefore;
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

/** With `host` and `before`: a note of one host. */
const savedSchema = z.object({
  owner: z.string(),
  record: haltRecordSchema,
  host: z.string().optional(),
  before: z.record(z.string(), z.string().nullable()).optional(),
});
type Saved = ValueOf<typeof savedSchema>;

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
    return withNotes((await Promise.all(found)).flatMap((saved) => saved ?? []));
  };
  return {
    async save(record, { synced }) {
      saves += 1;
      const save = saves;
      const temporary = await writeAside(folder, JSON.stringify({ owner, record }), { synced });
      const { haltId } = record.halt;
      await inOrder(haltId, save, {
        act: () => rename(temporary, fileOf(haltId)),
        isLate: () => rm(temporary, { force: true }),
      });
      if (!synced) return;
      const directory = await open(folder, 'r');
      await directory.sync().finally(() => directory.close());
    },
    noteBefore(record, host) {
      const { haltId, hosts } = record.halt;
      const index = hosts.findIndex((one) => one.host === host);
      return { path: join(folder, `${haltId}.${index}.json`), content: { owner, record, host } };
    },
    list: async () => (await read()).map(({ record }) => record),
    abandoned: async () =>
      (await read()).flatMap(({ owner: whose, record }) =>
        whose !== owner && isSameProcessAlive(whose) ? [] : [record],
      ),
    async remove(haltId) {
      saves += 1;
      await inOrder(haltId, saves, {
        act: async () => {
          const names = (await readdir(folder).catch(() => [])).filter((name) =>
            name.startsWith(`${haltId}.`),
          );
          // The state last: a note without one would be a halt that goes on.
          const notes = names.map((name) => join(folder, name)).filter((path) => path !== fileOf(haltId));
          await Promise.all(notes.map((path) => rm(path, { force: true })));
          await rm(fileOf(haltId), { force: true });
        },
      });
    },
  };
}

/** One state a halt: what only a note knows is part of it. */
function withNotes(saved: readonly Saved[]): readonly Saved[] {
  const states = saved.filter(({ host }) => host === undefined);
  const notes = saved.filter(({ host }) => host !== undefined);
  const isOf = ({ record }: Saved) => {
    const { haltId } = record.halt;
    return (other: Saved) => other.record.halt.haltId === haltId;
  };
  // The process that was to write the state may have been killed before.
  const alone = notes.filter(
    (note, index) => !states.some(isOf(note)) && notes.findIndex(isOf(note)) === index,
  );
  return [...states, ...alone].map((state) => notes.filter(isOf(state)).reduce(withNote, state));
}

function withNote(state: Saved, { host, before }: Saved): Saved {
  const { halt } = state.record;
  const hosts = halt.hosts.map((one) =>
    one.host === host && one.before === undefined && one.disk !== 'done' ? { ...one, before } : one,
  );
  return { ...state, record: { ...state.record, halt: { ...halt, hosts } } };
}

async function readSaved(file: string): Promise<Saved | undefined> {
  try {
    return savedSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return undefined;
  }
}
