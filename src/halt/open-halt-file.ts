import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Halt } from '../domain/halt.js';
import type { ValueOf } from '../domain/value-of.js';
import type { NoteBefore } from '../hosts/environment/write-wanted.js';
import { isOwnerAlive } from '../machine/process-lock.js';
import { syncFolder } from '../machine/sync-folder.js';
import { writeAside } from '../machine/write-aside.js';
import { type HaltRecord, haltRecordSchema } from './halt-schema.js';
import { withTold } from './told-files.js';

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
  /** Those that another process of this folder, which lives, goes on with. */
  goingElsewhere(): Promise<readonly HaltRecord[]>;
  /** Those that no running process works on, of this machine or of another one that shares the folder. */
  abandoned(): Promise<readonly HaltRecord[]>;
  remove(haltId: Halt['haltId']): Promise<void>;
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
  const places = new Places();
  const ownedBy = async (isWanted: (whose: string) => Promise<boolean>) => {
    const saved = await readAll(folder);
    const isOf = await Promise.all(saved.map(({ owner: whose }) => isWanted(whose)));
    return withTold(
      folder,
      saved.flatMap(({ record }, index) => (isOf[index] ? [record] : [])),
    );
  };
  return {
    async save(record, { synced }) {
      const { haltId } = record.halt;
      const place = places.next(haltId);
      const temporary = await writeAside(folder, JSON.stringify({ owner, record }), { synced });
      const isPlaced = await place(() => rename(temporary, fileOf(haltId)));
      if (!isPlaced) await rm(temporary, { force: true });
      if (synced) await syncFolder(folder);
    },
    noteBefore(record, host) {
      const { haltId, hosts } = record.halt;
      const index = hosts.findIndex((one) => one.host === host);
      return { path: join(folder, `${haltId}.${index}.json`), content: { owner, record, host } };
    },
    list: () => ownedBy(async () => true),
    abandoned: () => ownedBy(async (whose) => whose === owner || !(await isOwnerAlive(dataDir, whose))),
    async goingElsewhere() {
      const others = await ownedBy(async (whose) => whose !== owner && (await isOwnerAlive(dataDir, whose)));
      return others.filter(({ halt }) => halt.endedAt === null);
    },
    async remove(haltId) {
      const place = places.next(haltId);
      await place(async () => {
        const names = (await namesIn(folder)).filter((name) => name.startsWith(`${haltId}.`));
        // The state last: a note without one would be a halt that goes on.
        const notes = names.map((name) => join(folder, name)).filter((path) => path !== fileOf(haltId));
        await Promise.all(notes.map((path) => rm(path, { force: true })));
        await rm(fileOf(haltId), { force: true });
      });
    },
  };
}

/** One after the other for each halt: a state that took longer to write must not replace a later one. */
class Places {
  #asked = 0;
  readonly #of = new Map<string, { newest: number; turn: Promise<unknown> }>();

  /** Takes a number now. @returns what acts in its turn, and whether it did: something newer may stand there already. */
  next(haltId: string): (act: () => Promise<void>) => Promise<boolean> {
    this.#asked += 1;
    const number = this.#asked;
    return (act) => {
      const place = this.#of.get(haltId) ?? { newest: 0, turn: Promise.resolve() };
      this.#of.set(haltId, place);
      const turn = place.turn.then(async () => {
        if (number < place.newest) return false;
        await act();
        place.newest = number;
        return true;
      });
      place.turn = turn.catch(() => undefined);
      return turn;
    };
  }
}

const namesIn = (folder: string): Promise<readonly string[]> => readdir(folder).catch(() => []);

async function readAll(folder: string): Promise<readonly Saved[]> {
  const names = (await namesIn(folder)).filter((name) => name.endsWith('.json'));
  const found = await Promise.all(names.map((name) => readSaved(join(folder, name))));
  return withNotes(found.flatMap((saved) => saved ?? []));
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
