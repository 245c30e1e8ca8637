import { randomUUID } from 'node:crypto';
import { LocalJournal } from '../../../src/audit/local-journal.js';

/** Appends ten events where no file may grow beyond a limit, and prints which of them the journal has taken. */
const [, , dataDir = ''] = process.argv;
const journal = new LocalJournal({ dataDir, owner: '7:', isAlive: () => true });
const kept: number[] = [];
const failed: number[] = [];
for (let number = 1; number <= 10; number += 1) {
  const event = {
    eventId: randomUUID(),
    strategy: 's',
    kind: 'k',
    target: 'live',
    actor: { id: 'U0CAROL', name: 'carol', surface: 'slack' },
    at: `2026-01-01T00:00:${String(number).padStart(2, '0')}.000Z`,
    reason: null,
    details: { number },
  } as const;
  await journal.append(event).then(
    () => kept.push(number),
    () => failed.push(number),
  );
}
process.stdout.write(JSON.stringify({ kept, failed }));
