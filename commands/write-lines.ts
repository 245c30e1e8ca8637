import { open } from 'node:fs/promises';
import { UserError } from '../src/conversation/errors.js';

interface Lines {
  /** In order; never waits. */
  write(lines: readonly string[]): void;
  /** Resolves when all of them stand in the file. @throws what kept them from it */
  close(): Promise<void>;
}

/** A file that is written line by line, anew. @throws UserError `unwritable_file` */
export async function openLines(file: string, head: string): Promise<Lines> {
  const handle = await open(file, 'w').catch((cause: NodeJS.ErrnoException) => {
    throw new UserError('unwritable_file', { file, because: cause.code ?? '' }, { cause });
  });
  const stream = handle.createWriteStream({ encoding: 'utf8' });
  const failed = new Promise<never>((_resolve, reject) => stream.once('error', reject));
  failed.catch(() => {});
  stream.write(`${head}\n`);
  return {
    write: (lines) => void stream.write(lines.map((line) => `${line}\n`).join('')),
    close: () => Promise.race([new Promise<void>((resolve) => stream.end(resolve)), failed]),
  };
}
