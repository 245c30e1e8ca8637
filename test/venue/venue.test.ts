import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createLocalCommandRunner } from '../../src/hosts/local/local-command-runner.js';
import { systemClock } from '../../src/time/clock.js';
import { parseStrictJson } from '../../src/venue/strict-json.js';
import { createVenue, type VenueError } from '../../src/venue/venue.js';
import { venueSchema } from '../../src/venue/venue-schema.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'venue-'));
});
afterAll(() => rm(folder, { recursive: true }));

const runner = createLocalCommandRunner({ host: 'h' });
const KEYS = { id: 'id', market: 'market', side: 'side', shares: 'size', filled: 'matched', price: 'price' };

/** The venue whose every program is this line of a shell. */
function venueOf(line: string, more: object = {}) {
  const command = ['sh', '-c', line];
  const settings = venueSchema.parse({
    openOrders: { command, keys: KEYS, timeoutSecs: 2, ...more },
    cancelOrders: { command, cancelled: 'canceled', failed: 'not_canceled', timeoutSecs: 2 },
    positions: { command, list: 'data.rows', keys: { market: 'asset.slug', side: 'side', shares: 'size' } },
  });
  return createVenue({ ...settings, host: 'h' }, () => runner, systemClock);
}

/** The venue that prints this. */
async function printing(text: string, more: object = {}) {
  const file = join(folder, `${Math.abs(hash(text))}.out`);
  await writeFile(file, text);
  return venueOf(`cat ${file}`, more);
}

const hash = (text: string) => [...text].reduce((sum, one) => (sum * 31 + one.charCodeAt(0)) | 0, 7);
const faultOf = (answer: Promise<unknown>) =>
  answer.then(
    (value) => ({ answered: value }),
    ({ fault }: VenueError) => fault,
  );

const ORDER = { id: 'o1', market: 'btc', side: 'UP', size: '10', matched: 4, price: '0.5' };

describe('what a venue says', () => {
  test('is read by the mapping', async () => {
    const venue = await printing(JSON.stringify([ORDER, { ...ORDER, id: 12345678901234567890n.toString() }]));
    expect(await venue.openOrders()).toEqual([
      { id: 'o1', market: 'btc', side: 'UP', shares: 6, price: 0.5 },
      { id: '12345678901234567890', market: 'btc', side: 'UP', shares: 6, price: 0.5 },
    ]);
  });

  test('is read also below, and ids that are long numbers stay whole', async () => {
    const text = `{"data":{"orders":[${JSON.stringify(ORDER).replace('"o1"', '12345678901234567891')}]}}`;
    const venue = await printing(text, { list: 'data.orders' });
    expect((await venue.openOrders())[0]?.id).toBe('12345678901234567891');
    const held = await printing(
      '{"data":{"rows":[{"asset":{"slug":"m"},"side":"UP","size":3},{"asset":{"slug":"n"},"side":"UP","size":0}]}}',
    );
    expect(await held.positions?.()).toEqual([{ market: 'm', side: 'UP', shares: 3 }]);
  });

  test('of a cancel names what was not cancelled', async () => {
    const done = await printing('{"canceled":["a"],"not_canceled":{}}');
    expect(await done.cancelOrders?.()).toEqual(['a']);
    const failed = await printing('{"canceled":["a"],"not_canceled":{"b":"matched"}}');
    expect(await faultOf(failed.cancelOrders?.() ?? Promise.resolve())).toEqual({
      code: 'not_all',
      detail: '1',
    });
    const error = await printing('{"error":"unauthorized"}');
    expect(await faultOf(error.cancelOrders?.() ?? Promise.resolve())).toMatchObject({ code: 'unreadable' });
  });
});

describe('no answer is', () => {
  test.each([
    ['an error text with exit code 0', 'error: 503 from the venue\n'],
    ['an error in JSON', '{"error":"unauthorized"}'],
    ['nothing', ''],
    ['null', 'null'],
    ['a bare NaN', '[{"id":"a","market":"m","side":"UP","size":NaN}]'],
    ['two documents', '[]\n[]'],
    ['a list that is cut off', '[{"id":"a"'],
    ['a size that is NaN', JSON.stringify([{ ...ORDER, size: 'NaN' }])],
    ['a size that is no number', JSON.stringify([{ ...ORDER, size: '0x10' }])],
    ['a size that is nothing', JSON.stringify([{ ...ORDER, size: '' }])],
    ['an order without an id', JSON.stringify([{ ...ORDER, id: null }])],
    ['an order that is no object', '["o1"]'],
    [
      'a key that stands twice',
      '[{"id":"a","market":"m","side":"UP","size":1,"matched":0,"matched":1,"price":1}]',
    ],
    ['bytes that are no text', '[\ud800]'],
  ])('%s', async (_, text) => {
    expect(await faultOf((await printing(text)).openOrders())).toMatchObject({ code: 'unreadable' });
  });

  test('a list that an empty one of the same name follows', async () => {
    const venue = await printing(`{"orders":[${JSON.stringify(ORDER)}],"\\u006frders":[]}`, {
      list: 'orders',
    });
    expect(await faultOf(venue.openOrders())).toMatchObject({ code: 'unreadable' });
  });

  test('a list under a word that every object answers to', async () => {
    const venue = await printing('{"a":1}', { list: 'constructor' });
    expect(await faultOf(venue.openOrders())).toMatchObject({ code: 'unreadable' });
  });

  test('a hundred megabytes', async () => {
    const venue = venueOf('head -c 100000000 /dev/zero | tr "\\0" " "; echo "[]"');
    expect(await faultOf(venue.openOrders())).toMatchObject({ code: 'too_large' });
  });

  test('a program that says no, with its last words and no secret', async () => {
    const venue = venueOf(
      'echo "PRIVATE_KEY=0xdeadbeef0123456789" >&2; echo "WALLET_PRIVATE_KEY=hunter2"; exit 3',
    );
    const fault = await faultOf(venue.openOrders());
    expect(fault).toMatchObject({ code: 'refused', detail: { code: 'venue_exit', facts: { exitCode: 3 } } });
    expect(JSON.stringify(fault)).not.toMatch(/deadbeef|hunter2/);
  });

  test('a program that cannot be started', async () => {
    const file = join(folder, 'not-executable');
    await writeFile(file, '#!/bin/sh\n');
    await chmod(file, 0o600);
    const settings = venueSchema.parse({ openOrders: { command: [file], keys: KEYS } });
    const venue = createVenue({ ...settings, host: 'h' }, () => runner, systemClock);
    expect(await faultOf(venue.openOrders())).toMatchObject({ code: 'not_answering' });
  });

  test('a program that hangs and ignores SIGTERM: it is killed', async () => {
    const file = join(folder, 'pid');
    const venue = venueOf(`trap "" TERM; echo $$ > ${file}; while :; do sleep 0.1; done`, {
      timeoutSecs: 0.5,
    });
    expect(await faultOf(venue.openOrders())).toMatchObject({ code: 'timeout' });
    const pid = Number(await readFile(file, 'utf8'));
    expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
  });
});

test('to tell a key that stands twice costs time that grows with the length', () => {
  const worst = ['['.repeat(400_000), '{"a":'.repeat(150_000), `["${'\\\\'.repeat(400_000)}"]`];
  const began = performance.now();
  for (const text of worst) {
    try {
      parseStrictJson(Buffer.from(text));
    } catch {
      // It is the time that counts.
    }
  }
  const many = `[${Array.from({ length: 20_000 }, (_, n) => JSON.stringify({ ...ORDER, id: `o${n}` })).join(',')}]`;
  expect(parseStrictJson(Buffer.from(many))).toHaveLength(20_000);
  expect(performance.now() - began).toBeLessThan(30_000);
});
