import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { AuditEvent } from '../../src/domain/audit-event.js';
import type { Halt } from '../../src/domain/halt.js';
import type { RecordedOrder, VenuePosition } from '../../src/domain/venue.js';
import { commandsByHand } from '../../src/halt/commands-by-hand.js';
import { createHaltStore } from '../../src/halt/halt-store.js';
import { KillSwitch, type KillSwitchOptions } from '../../src/halt/kill-switch.js';
import { createOpenHaltFiles } from '../../src/halt/open-halt-file.js';
import type { TradingLook } from '../../src/halt/trading-look.js';
import { createHost } from '../../src/hosts/kinds/create-host.js';
import { parseTargets, type Target } from '../../src/runbook/targets.js';
import { type Clock, systemClock } from '../../src/time/clock.js';
import { haltReportView } from '../../views/rollback-report.js';
import { createTestDatabase } from '../support/database.js';
import { BARE_CONTRACT } from '../support/strategy-facts.js';

const CAROL = { id: 'U0CAROL', name: 'carol', surface: 'slack' } as const;
const FACTS = { strategy: 's', agentId: 's', envPrefix: 'S__', ...BARE_CONTRACT };
const KEYS = { id: 'id', market: 'market', side: 'side', shares: 'size', filled: 'filled', price: 'price' };
const ORDER = { id: 'o1', market: 'btc', side: 'UP', size: 10, filled: 4, price: 0.5 };

/** A minute of waiting takes six seconds. */
const FAST: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now() * 10,
  sleep: (ms, signal) => systemClock.sleep(ms / 10, signal),
};

let folder: string;
let events: AuditEvent[];
let all: string;
beforeAll(async () => {
  all = await mkdtemp(join(tmpdir(), 'halt-venue-'));
});
afterAll(() => rm(all, { recursive: true, force: true }));

const at = (name: string) => join(folder, name);
const HOSTS = ['one', 'two'];
const status = (pid: number) => `ActiveState=active\nMainPID=${pid}\nNRestarts=0\n`;

/** Its book: what rests, and what is held, as JSON; `cancel` empties it unless it is told to fail. */
const PROGRAM = `
case "$1" in
  list) cat "$DIR/book"; echo "$(date +%s.%N)" >> "$DIR/asked" ;;
  held) cat "$DIR/held" ;;
  cancel)
    echo "$(date +%s.%N)" >> "$DIR/cancelled"
    [ ! -e "$DIR/cancel-fails" ] || { echo "error: rate limited, api_key=s3cr3tvalue" >&2; exit 1; }
    echo "[]" > "$DIR/book" ;;
esac`;

beforeEach(async () => {
  events = [];
  folder = await mkdtemp(join(all, 'one-'));
  await Promise.all(
    HOSTS.flatMap((name) => [
      writeFile(at(`${name}.env`), 'S__ENABLED=true\n'),
      writeFile(at(`${name}.status`), status(1)),
      writeFile(at(`${name}.restarted`), status(2)),
    ]),
  );
  await writeFile(at('venue'), `DIR=${folder}\n${PROGRAM}`);
  await writeFile(at('book'), '[]');
  await writeFile(at('held'), '[]');
});

const program = (verb: string) => ({ command: ['sh', at('venue'), verb], timeoutSecs: 2 });
const VENUE = () => ({
  host: 'two',
  openOrders: { ...program('list'), keys: KEYS },
  cancelOrders: program('cancel'),
  positions: { ...program('held'), keys: { market: 'market', side: 'side', shares: 'size' } },
});

function targetWith(venue: object | undefined): Target {
  const hosts = HOSTS.map((name) => ({
    name,
    environmentFiles: [at(`${name}.env`)],
    service: {
      manager: 'command',
      status: ['cat', at(`${name}.status`)],
      restart: ['cp', at(`${name}.restarted`), at(`${name}.status`)],
      environ: ['cat', at(`${name}.env`)],
      processes: ['true'],
      stop: ['true'],
      logs: ['true'],
      restartSecs: 0.1,
    },
  }));
  const target = { hosts, approval: { quorum: 1 }, watch: { haltObservationSecs: 0.3 }, venue };
  const source = { defaultTarget: 't', roles: { operators: ['U0'] }, targets: { t: target } };
  const parsed = parseTargets('targets.yaml', Buffer.from(JSON.stringify(source))).targets.get('t');
  if (parsed === undefined) throw new Error('there is no target');
  return parsed;
}

interface Records {
  readonly resting?: readonly RecordedOrder[];
  readonly positions?: readonly VenuePosition[];
}

const lookOf = ({ resting = [], positions = [] }: Records): TradingLook => ({
  mark: async () => ({ mark: { lastId: '0', seen: [], open: [] }, before: 0 }),
  ordersSince: async () => 0,
  resting: async () => ({
    total: resting.length,
    rows: resting.map(({ market, side, shares, endsAt }) => ({
      ...{ market_slug: market, market_side: side, shares, orders: 1, ends_at: endsAt },
    })),
  }),
  restingOrders: async () => resting,
  exitsAmong: async () => new Set<string>(),
  positions: async () => positions,
  openEntries: async () => ({ total: 0, rows: [] }),
});

function halt(
  records: Records = {},
  more: Partial<KillSwitchOptions> = {},
  venue: object | 'none' = VENUE(),
) {
  const killSwitch = new KillSwitch({
    facts: FACTS,
    hostOf: (settings) => createHost(settings),
    trading: lookOf(records),
    files: createOpenHaltFiles(at('data'), 'test'),
    journal: async (event) => {
      events.push(event);
    },
    store: undefined,
    clock: systemClock,
    newId: randomUUID,
    owner: 'test',
    logger: { warn: () => {}, error: () => {}, info: () => {} },
    ...more,
  });
  const target = targetWith(venue === 'none' ? undefined : venue);
  const handle = killSwitch.start({ target, kind: 'disable', requestedBy: CAROL });
  const done = handle.done.then(async (ended) => {
    await killSwitch.settled();
    // Whatever keeps it from being verified here is not a host.
    expect(ended.hosts.map(({ process, fault }) => [process, fault])).toEqual(
      HOSTS.map(() => ['as_wanted', null]),
    );
    return ended;
  });
  return { ...handle, target, killSwitch, done };
}

const linesOf = async (name: string) =>
  (await readFile(at(name), 'utf8').catch(() => ''))
    .split('\n')
    .filter(Boolean)
    .map((line) => Number(line) * 1_000);
const lastFlag = ({ hosts }: Halt) => Math.max(...hosts.map(({ diskAt }) => Date.parse(diskAt ?? '')));
const reportOf = (ended: Halt, target: Target) =>
  JSON.stringify(haltReportView(ended, { locale: 'en', commands: commandsByHand(target) }));

describe('what rests at the venue', () => {
  test('is cancelled right after the last flag, and never before it; the restarts do not wait for it', async () => {
    await writeFile(at('book'), JSON.stringify([ORDER]));
    const { done, target } = halt();
    const ended = await done;
    const [first = 0] = await linesOf('cancelled');
    expect(first - lastFlag(ended)).toBeGreaterThanOrEqual(-5);
    expect(first - lastFlag(ended)).toBeLessThan(1_000);
    for (const { restartAt } of ended.hosts) expect(Date.parse(restartAt ?? '')).toBeLessThanOrEqual(first);
    expect(ended).toMatchObject({
      state: 'verified',
      venue: { host: 'two', cancel: 'done', open: { total: 0 } },
    });
    expect(reportOf(ended, target)).toMatch(/all orders were cancelled.*nothing rests/);
    expect(events.map(({ kind }) => kind)).toContain('halt.orders_cancel');
  });

  test('waits for a flag that takes its time', async () => {
    const hostOf: KillSwitchOptions['hostOf'] = (settings) => {
      const host = createHost(settings);
      const replaceFile = host.replaceFile.bind(host);
      return Object.assign(host, {
        async replaceFile(...words: Parameters<typeof replaceFile>) {
          if (settings.name === 'two') await systemClock.sleep(1_200);
          return replaceFile(...words);
        },
      });
    };
    const ended = await halt({}, { hostOf }).done;
    const [first = 0] = await linesOf('cancelled');
    expect(first).toBeGreaterThanOrEqual(lastFlag(ended) - 5);
    expect(ended.state).toBe('verified');
  });

  test('that comes while the old process lives on is cancelled again', async () => {
    const { subscribe, done } = halt();
    let hasCome = false;
    subscribe(({ venue }) => {
      if (venue?.cancel !== 'done' || hasCome) return;
      hasCome = true;
      void writeFile(at('book'), JSON.stringify([ORDER]));
    });
    expect((await done).state).toBe('verified');
    expect((await linesOf('cancelled')).length).toBeGreaterThan(1);
  });

  test('and cannot be cancelled is not verified after a minute, with the commands to paste and no secret', async () => {
    await writeFile(at('book'), JSON.stringify([ORDER]));
    await writeFile(at('cancel-fails'), '');
    const { done, target } = halt({}, { clock: FAST });
    const ended = await done;
    expect(ended).toMatchObject({ state: 'not_verified', venue: { cancel: 'failed', open: { total: 1 } } });
    expect((await linesOf('cancelled')).length).toBeGreaterThan(2);
    const report = reportOf(ended, target);
    expect(report).toMatch(/the cancel FAILED.*rate limited/);
    expect(report).toMatch(/1 order can still fill/);
    expect(report).toContain(`sh ${at('venue')} cancel`);
    expect(report + JSON.stringify(events)).not.toContain('s3cr3tvalue');
  });

  test('is nobody’s business when the previous model is put back', async () => {
    const { target, killSwitch } = halt();
    await killSwitch.running('t')?.done;
    await rm(at('cancelled'), { force: true });
    await Promise.all(HOSTS.map((name) => writeFile(at(`${name}.status`), status(1))));
    const wantedOf = Object.fromEntries(HOSTS.map((name) => [name, { S__MODEL: 'old' }]));
    const ended = await killSwitch.start({ target, kind: 'previous_model', requestedBy: CAROL, wantedOf })
      .done;
    expect(ended.venue).toBeUndefined();
    expect(await linesOf('cancelled')).toEqual([]);
  });
});

describe('not verified is', () => {
  test.each([
    ['says no', 'exit 3', 'refused'],
    ['prints an error and ends with 0', 'echo error: unauthorized', 'unreadable'],
    ['prints more than is read', 'head -c 1200000 /dev/zero', 'too_large'],
  ])('a venue whose program %s', async (_, line, code) => {
    const venue = { ...VENUE(), openOrders: { command: ['sh', '-c', line], keys: KEYS, timeoutSecs: 1 } };
    const { done, target } = halt({}, { clock: FAST }, venue);
    const ended = await done;
    expect(ended).toMatchObject({ state: 'not_verified', venue: { openFault: { code } } });
    expect(reportOf(ended, target)).toMatch(/what rests there is unknown/);
    expect(reportOf(ended, target)).toContain(`sh ${at('venue')} cancel`);
  });

  test('a venue whose program hangs', async () => {
    const venue = {
      ...VENUE(),
      openOrders: { command: ['sh', '-c', 'trap "" TERM; sleep 60'], keys: KEYS, timeoutSecs: 0.2 },
    };
    const ended = await halt({}, { clock: FAST }, venue).done;
    expect(ended).toMatchObject({ state: 'not_verified', venue: { openFault: { code: 'timeout' } } });
  });

  const recorded = { id: 'o1', market: 'btc', side: 'UP', shares: 6, endsAt: null };

  test('an order that the records call open and the venue never listed', async () => {
    const { done, target } = halt({ resting: [recorded] });
    const ended = await done;
    expect(ended).toMatchObject({
      state: 'not_verified',
      venue: { recordedAlone: { total: 1 }, open: { total: 0 } },
    });
    expect(reportOf(ended, target)).toMatch(
      /1 order can still fill by the records, and the venue has not listed it/,
    );
  });

  test('a position of which the two say something else', async () => {
    await writeFile(at('held'), JSON.stringify([{ market: 'btc', side: 'up', size: '5' }]));
    const { done, target } = halt({ positions: [{ market: 'btc', side: 'UP', shares: 4 }] }, { clock: FAST });
    const ended = await done;
    const apart = { total: 1, rows: [{ market: 'btc', side: 'up', venue: 5, records: 4 }] };
    expect(ended).toMatchObject({ state: 'not_verified', venue: { positionsApart: apart } });
    expect(reportOf(ended, target)).toMatch(/disagree about 1 position.*5 at the venue, 4 by the records/);
  });

  test('a venue that does not say what is held', async () => {
    await writeFile(at('held'), '{"error":"maintenance"}');
    const ended = await halt().done;
    expect(ended).toMatchObject({ state: 'not_verified', venue: { positionsFault: { code: 'unreadable' } } });
  });
});

test('an order that the venue has listed and lists no more is over, whatever the records say', async () => {
  await writeFile(at('book'), JSON.stringify([ORDER]));
  await writeFile(at('cancel-fails'), '');
  const { subscribe, done } = halt({
    resting: [{ id: 'o1', market: 'btc', side: 'UP', shares: 6, endsAt: null }],
  });
  subscribe(({ venue }) => {
    if (venue?.open?.total === 1) void rm(at('cancel-fails'), { force: true });
  });
  expect(await done).toMatchObject({ state: 'verified', venue: { recordedAlone: { total: 0 } } });
});

test('what the venue named in the halt before is over in the next one too, for as long as the records are late', async () => {
  const database = await createTestDatabase();
  try {
    const store = createHaltStore(database.pool);
    const late = { resting: [{ id: 'o1', market: 'btc', side: 'UP', shares: 6, endsAt: null }] } as const;
    await writeFile(at('book'), JSON.stringify([ORDER]));
    await writeFile(at('cancel-fails'), '');
    const begun = halt(late, { store });
    begun.subscribe(({ venue }) => {
      if (venue?.open?.total === 1) void rm(at('cancel-fails'), { force: true });
    });
    const first = await begun.done;
    expect(first).toMatchObject({ state: 'verified', venue: { named: ['o1'] } });
    for (const name of HOSTS) await writeFile(at(`${name}.restarted`), status(3));
    expect(await halt(late, { store }).done).toMatchObject({ state: 'verified' });
    // Of an order that no halt has seen at the venue nobody knows.
    const unknown = { resting: [{ ...late.resting[0], id: 'o9' }] };
    const { haltId, ...ended } = await halt(unknown, { store, clock: FAST }).done;
    expect(ended).toMatchObject({ state: 'not_verified', venue: { recordedAlone: { total: 1 } } });
    expect(haltId).not.toBe(first.haltId);
  } finally {
    await database.drop();
  }
});

test('positions that agree are verified', async () => {
  await writeFile(at('held'), JSON.stringify([{ market: 'btc', side: 'up', size: '4' }]));
  const ended = await halt({ positions: [{ market: 'btc', side: 'UP', shares: 4 }] }).done;
  expect(ended).toMatchObject({
    state: 'verified',
    venue: { positions: { total: 1 }, positionsApart: { total: 0 } },
  });
});

test('without a venue the records tell alone, and the report says so', async () => {
  const { done, target } = halt({}, {}, 'none');
  const ended = await done;
  expect(ended.state).toBe('verified');
  expect(reportOf(ended, target)).toMatch(/names no venue: what rests is told by the records alone/);
});
