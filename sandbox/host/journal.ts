import { appendFileSync } from 'node:fs';

/** Adds to a service's log a line of `ISO time, space, text`, as `journalctl -o short-iso-precise` begins them. */
export function writeJournal(path: string, at: Date, text: string): void {
  appendFileSync(path, `${at.toISOString()} ${text}\n`);
}
