import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { placeOnce } from './place-once.js';

const FILE = 'machine';

/**
 * Tells the bots of one state folder from others that share the database. It stays when the machine is renamed, and
 * two machines of one name have two. @param propose a name that a person recognizes, for the first time
 */
export function createMachineId(folder: string, propose: () => string): () => Promise<string> {
  const find = async () => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await placeOnce(join(folder, FILE), propose());
    return (await readFile(join(folder, FILE), 'utf8')).trim();
  };
  let known: Promise<string> | undefined;
  return () => {
    known ??= find().catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return known;
  };
}
