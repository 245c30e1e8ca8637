import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** Who was in which Slack group when Slack last said so, over restarts of the bot. */
export interface KnownGroups {
  /** Empty when nothing is known, or it cannot be read. */
  read(): Promise<ReadonlyMap<string, readonly string[]>>;
  /** @throws the file system's error. */
  write(groups: ReadonlyMap<string, readonly string[]>): Promise<void>;
}

const savedSchema = z.record(z.string(), z.array(z.string()));

export function createKnownGroups(dataDir: string): KnownGroups {
  const file = join(dataDir, 'operator-groups.json');
  return {
    async read() {
      try {
        return new Map(Object.entries(savedSchema.parse(JSON.parse(await readFile(file, 'utf8')))));
      } catch {
        return new Map();
      }
    },
    async write(groups) {
      await mkdir(dataDir, { recursive: true, mode: 0o700 });
      const temporary = `${file}.${randomUUID()}`;
      await writeFile(temporary, JSON.stringify(Object.fromEntries(groups)), { mode: 0o600 });
      await rename(temporary, file);
    },
  };
}
