import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type Halt, type HostHalt, newHalt, newHostHalt } from '../../src/domain/halt.js';
import type { HaltRecord } from '../../src/halt/halt-schema.js';
import { createOpenHaltFiles, type OpenHaltFiles } from '../../src/halt/open-halt-file.js';
import { identifyProcess } from '../../src/machine/process-identity.js';
import { CAROL, FACTS, FLAG } from './support/halting.js';

let folder: string;
let files: OpenHaltFiles;
const ON = { [FLAG]: 'true' };
const OFF = { [FLAG]: 'false' };
const KILLED = 'a process that was killed';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lobml-halts-'));
  files = createOpenHaltFiles(folder, KILLED);
});
afterEach(() => rm(folder, { recursive: true }));

function recordOf(hosts: readonly Partial<HostHalt>[] = [{}, {}]): HaltRecord {
  const halt = newHalt({
    haltId: randomUUID(),
    strategy: FACTS.strategy,
    target: 'live',
    kind: 'disable',
    wanted: OFF,
    wantedOf: {},
    requestedBy: CAROL,
    requestedAt: '2026-03-01T11:00:00.000Z',
    reason: null,
    hosts: hosts.map((known, index) => ({ ...newHostHalt(`live-${index + 1}`), ...known })),
  });
  return { halt, messages: [] };
}

/** As another process does it right before it writes the host's files. */
async function putNote(of: OpenHaltFiles, record: HaltRecord, host: string, before: HostHalt['before']) {
  const { path, content } = of.noteBefore(record, host);
  await writeFile(path, JSON.stringify({ ...content, before }));
}

const stoodBefore = (halts: readonly HaltRecord[]) =>
  halts.map(({ halt }) => halt.hosts.map(({ before }) => before ?? null));
const left = () => readdir(join(folder, 'halts'));

test('what another process noted of a host is part of the state', async () => {
  const record = recordOf();
  await files.save(record, { synced: false });
  expect(stoodBefore(await files.list())).toEqual([[null, null]]);
  await putNote(files, record, 'live-2', ON);
  expect(stoodBefore(await files.list())).toEqual([[null, ON]]);
  await putNote(files, record, 'live-1', { [FLAG]: null });
  expect(stoodBefore(await files.list())).toEqual([[{ [FLAG]: null }, ON]]);
  // The state as it was saved next, by a process that was killed before it knew of the notes.
  await files.save(record, { synced: true });
  expect(stoodBefore(await files.abandoned())).toEqual([[{ [FLAG]: null }, ON]]);
});

test('what the state itself says of a host is not replaced by a note', async () => {
  const record = recordOf([{ before: ON }, { disk: 'done', diskWasDone: true }]);
  await files.save(record, { synced: false });
  await putNote(files, record, 'live-1', OFF);
  await putNote(files, record, 'live-2', OFF);
  expect(stoodBefore(await files.list())).toEqual([[ON, null]]);
});

test('notes alone are a halt: whoever was to write its state was killed before', async () => {
  const record = recordOf();
  const other = recordOf();
  await files.save(other, { synced: false });
  await putNote(files, record, 'live-1', ON);
  await putNote(files, record, 'live-2', OFF);
  const found = new Map((await files.abandoned()).map((one) => [one.halt.haltId, one]));
  expect([...found.keys()].sort()).toEqual([record.halt.haltId, other.halt.haltId].sort());
  expect(stoodBefore([found.get(record.halt.haltId) ?? record])).toEqual([[ON, OFF]]);
});

test('notes of a process that lives are nothing to go on with', async () => {
  const living = createOpenHaltFiles(folder, identifyProcess(1));
  const record = recordOf();
  await files.save(recordOf(), { synced: false });
  await putNote(living, record, 'live-1', ON);
  expect((await files.list()).map(({ halt }) => halt.haltId)).toContain(record.halt.haltId);
  expect((await files.abandoned()).map(({ halt }) => halt.haltId)).not.toContain(record.halt.haltId);
});

test('what has ended leaves nothing behind, and nothing of another halt goes', async () => {
  const [record, other] = [recordOf(), recordOf()];
  for (const one of [record, other]) {
    await files.save(one, { synced: true });
    await putNote(files, one, 'live-1', ON);
    await putNote(files, one, 'live-2', ON);
  }
  await files.remove(record.halt.haltId);
  const ofOther = (id: Halt['haltId']) => [`${id}.0.json`, `${id}.1.json`, `${id}.json`];
  expect((await left()).sort()).toEqual(ofOther(other.halt.haltId));
  expect(stoodBefore(await files.list())).toEqual([[ON, ON]]);
});
