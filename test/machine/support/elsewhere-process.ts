import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { openLocalJournal } from '../../../src/audit/open-audit.js';
import { newHalt } from '../../../src/domain/halt.js';
import { createOpenHaltFiles } from '../../../src/halt/open-halt-file.js';
import { identifyProcess } from '../../../src/machine/process-identity.js';
import { holdLock } from '../../../src/machine/process-lock.js';

/** A bot as far as its folder goes: it saves a halt, and writes an event for each line that it reads. */
const [, , dataDir = ''] = process.argv;
const requestedBy = { id: 'U0CAROL', name: 'carol', surface: 'slack' } as const;
// As a bot's own work does, it keeps the process: a lock alone does not.
const input = createInterface({ input: process.stdin });
const owner = identifyProcess(process.pid);
await holdLock(dataDir, owner).tried;
const halt = newHalt({
  haltId: randomUUID(),
  strategy: 's',
  target: 'live',
  kind: 'disable',
  wanted: {},
  wantedOf: {},
  requestedBy,
  requestedAt: new Date().toISOString(),
  reason: null,
  hosts: [],
});
await createOpenHaltFiles(dataDir, owner).save({ halt, messages: [] }, { synced: true });
const journal = openLocalJournal({ dataDir }, process.pid, { warn: () => {} });
process.stdout.write('ready\n');
let number = 0;
for await (const _line of input) {
  number += 1;
  const about = { strategy: 's', kind: 'k', target: 'live', actor: requestedBy, reason: null };
  const at = new Date().toISOString();
  await journal.append({ ...about, eventId: randomUUID(), at, details: { number } });
  process.stdout.write(`event ${number}\n`);
}
