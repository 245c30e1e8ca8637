import { appendFileSync, existsSync, readFileSync } from 'node:fs';

/** A service's log: lines of `ISO time, space, text`, as `journalctl -o short-iso-precise` begins them. */
export interface Journal {
  write(at: Date, text: string): void;
  /** The lines at or after a moment, oldest first, each with its line end. */
  since(at: Date): string;
}

export function openJournal(path: string): Journal {
  return {
    write(at, text) {
      appendFileSync(path, `${at.toISOString()} ${text}\n`);
    },
    since(at) {
      if (!existsSync(path)) return '';
      const from = at.toISOString();
      return readFileSync(path, 'utf8')
        .split('\n')
        .filter((line) => line >= from)
        .map((line) => `${line}\n`)
        .join('');
    },
  };
}
