import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type AuditKey, openAuditKey } from '../../src/audit/audit-key.js';
import { type AuditTrail, createAuditTrail } from '../../src/audit/audit-trail.js';
import { compareWithExport } from '../../src/audit/compare-export.js';
import { signedExport } from '../../src/audit/export-signature.js';
import { exportTrail, verifyExport } from '../../src/audit/export-trail.js';
import { LocalJournal } from '../../src/audit/local-journal.js';
import { verifyTrail } from '../../src/audit/verify-trail.js';
import { plainText } from '../../src/domain/plain-text.js';
import { createTransact } from '../../src/store/transaction.js';
import { systemClock } from '../../src/time/clock.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { otherSpellings } from '../support/other-spellings.js';

const carol = { id: 'U0CAROL', name: 'carol', surface: 'slack' } as const;
let database: TestDatabase;
let dataDir: string;
let trail: AuditTrail;
let key: AuditKey;
const NOW = new Date('2026-01-03T00:00:00.000Z');
async function* each(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

beforeAll(async () => {
  database = await createTestDatabase();
  dataDir = await mkdtemp(join(tmpdir(), 'lobml-audit-'));
  key = await openAuditKey(dataDir);
  trail = createAuditTrail({
    journal: new LocalJournal({ dataDir, owner: '7:', isAlive: () => true }),
    database: database.pool,
    transact: createTransact(async () => database.pool),
    clock: systemClock,
    newId: randomUUID,
    onAway: (error) => {
      throw error;
    },
  });
});

afterAll(async () => {
  await database.drop();
  await rm(dataDir, { recursive: true });
});

/** A strategy of its own for each test, with a chain of five events. */
async function chainOfFive(): Promise<string> {
  const strategy = `s_${randomUUID().slice(0, 8)}`;
  for (const number of [1, 2, 3, 4, 5]) {
    const at = `2026-01-01T00:00:0${number}.000Z`;
    await trail.record({
      kind: 'halt.requested',
      strategy,
      target: 'live',
      actor: carol,
      at,
      reason: 'why',
      details: { number },
    });
  }
  return strategy;
}

async function brokenIn(strategy: string) {
  const { broken } = await verifyTrail(trail);
  const found = broken.filter((link) => link.strategy === strategy);
  const lines: string[] = [];
  for await (const line of signedExport(exportTrail(trail), key, NOW)) lines.push(line);
  const exported = await verifyExport(lines, key.fingerprint);
  const inExport = exported.broken.filter((link) => link.strategy === strategy);
  expect(inExport.map(({ line, ...link }) => link)).toEqual(found);
  return found.map(({ position, fault }) => [position, fault]);
}

const sql = (text: string, strategy: string, ...more: unknown[]) =>
  database.pool.query(text, [strategy, ...more]);

describe('a chain of events', () => {
  test('holds, with positions from 1 without gaps', async () => {
    const strategy = await chainOfFive();
    expect(await brokenIn(strategy)).toEqual([]);
    const events = await trail.chain(strategy, 0, 10);
    expect(events.map(({ position, details }) => [position, details])).toEqual(
      [1, 2, 3, 4, 5].map((number) => [number, { number }]),
    );
  });

  test.each([
    ['reason', `UPDATE lobml.audit_events SET reason = 'another' WHERE strategy = $1 AND position = 3`],
    [
      'details',
      `UPDATE lobml.audit_events SET details = '{"number":9}' WHERE strategy = $1 AND position = 3`,
    ],
    [
      'actor',
      `UPDATE lobml.audit_events SET actor = actor || '{"id":"U0BOB"}' WHERE strategy = $1 AND position = 3`,
    ],
    ['kind', `UPDATE lobml.audit_events SET kind = 'halt.ended' WHERE strategy = $1 AND position = 3`],
    ['target', `UPDATE lobml.audit_events SET target = NULL WHERE strategy = $1 AND position = 3`],
    [
      'time',
      `UPDATE lobml.audit_events SET occurred_at = occurred_at + interval '1 microsecond' WHERE strategy = $1 AND position = 3`,
    ],
    ['id', `UPDATE lobml.audit_events SET event_id = gen_random_uuid() WHERE strategy = $1 AND position = 3`],
  ])('names the event whose %s was edited', async (_field, text) => {
    const strategy = await chainOfFive();
    await sql(text, strategy);
    expect(await brokenIn(strategy)).toEqual([[3, 'content']]);
  });

  test('names the place where an event was dropped', async () => {
    const strategy = await chainOfFive();
    await sql('DELETE FROM lobml.audit_events WHERE strategy = $1 AND position = 2', strategy);
    expect(await brokenIn(strategy)).toEqual([[2, 'position']]);
  });

  test('names the place where an event was dropped and the rest moved up', async () => {
    const strategy = await chainOfFive();
    await sql('DELETE FROM lobml.audit_events WHERE strategy = $1 AND position = 2', strategy);
    await sql(
      'UPDATE lobml.audit_events SET position = position + 100 WHERE strategy = $1 AND position > 2',
      strategy,
    );
    await sql(
      'UPDATE lobml.audit_events SET position = position - 101 WHERE strategy = $1 AND position > 2',
      strategy,
    );
    expect(await brokenIn(strategy)).toEqual([[2, 'link']]);
  });

  test('names the end when the last events were dropped', async () => {
    const strategy = await chainOfFive();
    await sql('DELETE FROM lobml.audit_events WHERE strategy = $1 AND position > 3', strategy);
    expect(await brokenIn(strategy)).toEqual([[4, 'end']]);
  });

  test('names the chain that is gone as a whole', async () => {
    const strategy = await chainOfFive();
    await sql('DELETE FROM lobml.audit_events WHERE strategy = $1', strategy);
    expect(await brokenIn(strategy)).toEqual([[1, 'end']]);
  });

  test('names the first of two events that were swapped', async () => {
    const strategy = await chainOfFive();
    await sql('UPDATE lobml.audit_events SET position = 100 WHERE strategy = $1 AND position = 2', strategy);
    await sql('UPDATE lobml.audit_events SET position = 2 WHERE strategy = $1 AND position = 4', strategy);
    await sql('UPDATE lobml.audit_events SET position = 4 WHERE strategy = $1 AND position = 100', strategy);
    expect(await brokenIn(strategy)).toEqual([[2, 'link']]);
  });

  test('names an event that was put in, with a hash of its own', async () => {
    const strategy = await chainOfFive();
    await sql(
      'UPDATE lobml.audit_events SET position = position + 100 WHERE strategy = $1 AND position > 2',
      strategy,
    );
    await sql(
      `INSERT INTO lobml.audit_events SELECT strategy, 3, gen_random_uuid(), kind, target, actor, occurred_at, reason,
         details, previous_sha256, repeat('a', 64) FROM lobml.audit_events WHERE strategy = $1 AND position = 103`,
      strategy,
    );
    await sql(
      'UPDATE lobml.audit_events SET position = position - 99 WHERE strategy = $1 AND position > 100',
      strategy,
    );
    expect(await brokenIn(strategy)).toEqual([[3, 'content']]);
  });
});

describe('a chain that grows while it is followed', () => {
  /** The trail as it is, with writes that happen once its heads were read. */
  const whileRead = (work: () => Promise<unknown>): Pick<AuditTrail, 'heads' | 'chain'> => {
    let isDone = false;
    return {
      heads: trail.heads,
      async chain(...asked) {
        if (!isDone) {
          isDone = true;
          await work();
        }
        return trail.chain(...asked);
      },
    };
  };
  const brokenOf = async (strategy: string, work: () => Promise<unknown>) =>
    (await verifyTrail(whileRead(work))).broken.filter((link) => link.strategy === strategy);

  test('holds', async () => {
    const strategy = await chainOfFive();
    const at = '2026-01-01T00:00:06.000Z';
    const add = () =>
      trail.record({ kind: 'k', strategy, target: null, actor: carol, at, details: { number: 6 } });
    expect(await brokenOf(strategy, add)).toEqual([]);
  });

  test('does not, where an event stands behind a head that has not moved', async () => {
    const strategy = await chainOfFive();
    const putIn = () =>
      sql(
        `INSERT INTO lobml.audit_events SELECT strategy, 6, gen_random_uuid(), kind, target, actor, occurred_at,
           reason, details, sha256, repeat('a', 64) FROM lobml.audit_events WHERE strategy = $1 AND position = 5`,
        strategy,
      );
    expect(await brokenOf(strategy, putIn)).toEqual([expect.objectContaining({ position: 6, fault: 'end' })]);
    await sql('DELETE FROM lobml.audit_events WHERE strategy = $1', strategy);
    await sql('DELETE FROM lobml.audit_heads WHERE strategy = $1', strategy);
  });
});

describe('an export', () => {
  test('without any event proves nothing', async () => {
    for (const lines of [[], ['', ' ']]) {
      const { broken } = await verifyExport(lines, key.fingerprint);
      expect(broken.map(({ fault }) => fault)).toEqual(['empty', 'unsigned']);
    }
  });

  const exported = async (strategy: string) => {
    const lines: string[] = [];
    for await (const line of exportTrail(trail)) if (line.includes(strategy)) lines.push(line);
    return lines;
  };
  const signed = async (lines: readonly string[], by = key) => {
    const whole: string[] = [];
    for await (const line of signedExport(each(lines), by, NOW)) whole.push(line);
    return whole;
  };
  const faultsOf = async (lines: readonly string[]) =>
    (await verifyExport(lines, key.fingerprint)).broken.map(({ fault, position }) => [fault, position]);

  test('without its last lines is named as cut off', async () => {
    const lines = await exported(await chainOfFive());
    expect(await faultsOf(await signed(lines.slice(0, 4)))).toEqual([['end', 5]]);
  });

  test('with a line that is no event names the line', async () => {
    const lines = await exported(await chainOfFive());
    const whole = await signed([...lines.slice(0, 2), '{"half":', ...lines.slice(2)]);
    const verdict = await verifyExport(whole, key.fingerprint);
    expect(verdict.broken).toEqual([expect.objectContaining({ fault: 'unreadable', line: 3 })]);
  });
});

describe('a signed export', () => {
  const lines = async (strategy: string, by = key) => {
    const whole: string[] = [];
    const own = (async function* () {
      for await (const line of exportTrail(trail)) if (line.includes(strategy)) yield line;
    })();
    for await (const line of signedExport(own, by, NOW)) whole.push(line);
    return whole;
  };
  const faultsOf = async (whole: readonly string[], fingerprint: string | undefined = key.fingerprint) =>
    (await verifyExport(whole, fingerprint)).broken.map(({ fault }) => fault);

  test('says who signed it and when', async () => {
    const verdict = await verifyExport(await lines(await chainOfFive()), key.fingerprint);
    expect(verdict).toMatchObject({
      broken: [],
      signedBy: { fingerprint: key.fingerprint, at: NOW.toISOString() },
    });
  });

  test('that was changed, cut, lengthened, unsigned or signed by somebody else does not hold', async () => {
    const whole = await lines(await chainOfFive());
    const signature = whole.at(-1) ?? '';
    expect(await faultsOf(whole.slice(0, -1))).toEqual(['unsigned']);
    expect(await faultsOf([...whole, '{}'])).toEqual(['signature']);
    expect(await faultsOf([...whole.slice(0, 4), signature])).toEqual(['end', 'signature']);
    expect(await faultsOf(whole.map((line) => line.replace('"why"', '"because"')))).toEqual([
      'content',
      'signature',
    ]);
    expect(await faultsOf([...whole.slice(0, -1), signature.replace('2026-', '2027-')])).toEqual([
      'signature',
    ]);
    const other = await openAuditKey(join(dataDir, 'elsewhere'));
    const strategy = JSON.parse(whole[0] ?? '').strategy;
    expect(await faultsOf(await lines(strategy, other))).toEqual(['foreign_key']);
    expect(await faultsOf(await lines(strategy, other), other.fingerprint)).toEqual([]);
  });

  test('holds only as its base64 was written: neither value nor key in another spelling of the same bytes', async () => {
    const whole = await lines(await chainOfFive());
    const last = whole.at(-1) ?? '';
    const { value, publicKey } = JSON.parse(last).signature as { value: string; publicKey: string };
    const others = [value, publicKey].flatMap((text) =>
      otherSpellings(text).map((other) => last.replace(text, other)),
    );
    expect(others.length).toBeGreaterThan(5);
    for (const other of others) expect(await faultsOf([...whole.slice(0, -1), other])).toEqual(['signature']);
    expect(await faultsOf(whole)).toEqual([]);
  });

  test('holds as a terminal shows it, whatever people and hosts wrote: nothing in it steers, and nothing is lost', async () => {
    const strategy = await chainOfFive();
    const said = 'x\u009b31m\u202egnp\u2028\ufeff\u001b]0;title\u0007';
    const event = { kind: 'halt.requested', strategy, target: 'live', actor: carol, details: { said } };
    await trail.record({ ...event, at: '2026-01-01T00:00:06.000Z', reason: said });
    const shown = (await lines(strategy)).map(plainText);
    expect(await faultsOf(shown)).toEqual([]);
    expect(JSON.parse(shown[5] ?? '')).toMatchObject({ reason: said, details: { said } });
  });

  test('is made by one key, whoever asks for it first', async () => {
    const folder = join(dataDir, 'twice');
    const keys = await Promise.all([openAuditKey(folder), openAuditKey(folder), openAuditKey(folder)]);
    expect(new Set(keys.map(({ fingerprint }) => fingerprint)).size).toBe(1);
    expect((await stat(join(folder, 'audit-key.pem'))).mode & 0o777).toBe(0o600);
  });
});

describe('the database held against an earlier export', () => {
  const exportOf = async (strategy: string) => {
    const found: string[] = [];
    for await (const line of exportTrail(trail)) if (line.includes(strategy)) found.push(line);
    return found;
  };
  const record = (strategy: string, number: number) =>
    trail.record({
      kind: 'k',
      strategy,
      target: null,
      actor: carol,
      at: `2026-01-02T00:00:0${number}.000Z`,
      details: { number },
    });
  const apart = async (lines: readonly string[]) =>
    (await compareWithExport(lines, trail)).map(({ position, fault }) => [position, fault]);
  /** Every event from there on, and the head with it: the chain that is left holds. */
  async function cut(strategy: string, from: number): Promise<void> {
    await sql('DELETE FROM lobml.audit_events WHERE strategy = $1 AND position >= $2', strategy, from);
    await sql(
      `UPDATE lobml.audit_heads SET position = $2 - 1, sha256 = (SELECT sha256 FROM lobml.audit_events
         WHERE strategy = $1 AND position = $2 - 1) WHERE strategy = $1`,
      strategy,
      from,
    );
  }
  const chainHolds = async (strategy: string) =>
    (await verifyTrail(trail)).broken.every((link) => link.strategy !== strategy);

  test('has grown, and holds', async () => {
    const strategy = await chainOfFive();
    const lines = await exportOf(strategy);
    await record(strategy, 6);
    expect(await apart(lines)).toEqual([]);
  });

  test('has lost its tail together with its head, which no chain shows', async () => {
    const strategy = await chainOfFive();
    const lines = await exportOf(strategy);
    await cut(strategy, 4);
    expect(await chainHolds(strategy)).toBe(true);
    expect(await apart(lines)).toEqual([[4, 'tail_lost']]);
  });

  test('went on from a restored backup', async () => {
    const strategy = await chainOfFive();
    const lines = await exportOf(strategy);
    await cut(strategy, 4);
    for (const number of [7, 8, 9]) await record(strategy, number);
    expect(await chainHolds(strategy)).toBe(true);
    expect(await apart(lines)).toEqual([[4, 'replaced']]);
  });

  test('had its last event and its head replaced', async () => {
    const strategy = await chainOfFive();
    const lines = await exportOf(strategy);
    await cut(strategy, 5);
    await record(strategy, 9);
    expect(await chainHolds(strategy)).toBe(true);
    expect(await apart(lines)).toEqual([[5, 'replaced']]);
  });

  test('has lost a whole strategy', async () => {
    const strategy = await chainOfFive();
    const lines = await exportOf(strategy);
    await sql('DELETE FROM lobml.audit_events WHERE strategy = $1', strategy);
    await sql('DELETE FROM lobml.audit_heads WHERE strategy = $1', strategy);
    expect(await apart(lines)).toEqual([[1, 'tail_lost']]);
  });
});

describe('writers at the same time', () => {
  test('make one chain, and the same event twice makes one row', async () => {
    const strategy = `s_${randomUUID().slice(0, 8)}`;
    const at = '2026-01-01T00:00:00.000Z';
    const event = (number: number) => ({
      kind: 'k',
      strategy,
      target: null,
      actor: carol,
      at,
      details: { number },
    });
    await Promise.all(Array.from({ length: 20 }, (_, number) => trail.record(event(number))));
    expect(await brokenIn(strategy)).toEqual([]);
    expect((await trail.chain(strategy, 0, 100)).map(({ details }) => details.number)).toHaveLength(20);
  });
});

describe('what is stored', () => {
  test('holds no secret', async () => {
    const strategy = `s_${randomUUID().slice(0, 8)}`;
    const details = {
      url: 'postgres://bot:hunter22@db/x',
      botToken: 'anything',
      note: 'DB_PASSWORD=hunter22 xoxb-1-2',
    };
    const at = '2026-01-01T00:00:00.000Z';
    await trail.record({
      kind: 'k',
      strategy,
      target: null,
      actor: carol,
      at,
      reason: 'Bearer abcdefgh12',
      details,
    });
    const stored = JSON.stringify(await trail.chain(strategy, 0, 1));
    for (const secret of ['hunter22', 'anything', 'xoxb-1', 'abcdefgh12'])
      expect(stored).not.toContain(secret);
  });
});
