import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { controlHost } from '../../sandbox/host/control-host.js';
import type { Halt } from '../../src/domain/halt.js';
import type { HaltHandle } from '../../src/halt/live-halt.js';
import { createOpenHaltFiles } from '../../src/halt/open-halt-file.js';
import type { TradingLook } from '../../src/halt/trading-look.js';
import { createHost } from '../../src/hosts/kinds/create-host.js';
import { DatabaseFaultError } from '../../src/store/database-fault-error.js';
import { systemClock } from '../../src/time/clock.js';
import { haltReportView } from '../../views/rollback-report.js';
import { CAROL, createHaltingBench, FLAG, type HaltingBench } from './support/halting.js';

let bench: HaltingBench;

beforeAll(async () => {
  bench = await createHaltingBench();
});
afterAll(() => bench.close());
beforeEach(() => bench.begin());

const disable = (killSwitch = bench.killSwitch()) =>
  killSwitch.start({ target: bench.target, kind: 'disable', requestedBy: CAROL });

const hostOf = (halt: Halt, name: string) => halt.hosts.find(({ host }) => host === name);

async function withIncident(id: string, host: string, work: () => Promise<void>): Promise<void> {
  await bench.trading.setIncident(id, host, true);
  try {
    await work();
  } finally {
    await bench.trading.setIncident(id, host, false);
  }
}

/** Resolves when the flag is on the disk of every host. */
const untilWritten = ({ subscribe }: HaltHandle) =>
  new Promise<void>((resolve) => {
    subscribe(({ hosts }) => {
      if (hosts.every(({ disk }) => disk === 'done')) resolve();
    });
  });

const kinds = () => bench.events.map(({ kind }) => kind);

describe('disable', () => {
  test('writes the flag, restarts, and is verified when nothing trades for the observation time', async () => {
    const halt = await disable().done;
    expect(halt.state).toBe('verified');
    for (const { environmentFiles } of bench.trading.hosts) {
      expect(await readFile(environmentFiles[1], 'utf8')).toContain(`${FLAG}=false\n`);
    }
    for (const host of halt.hosts) {
      expect(host).toMatchObject({ disk: 'done', restart: 'done', process: 'as_wanted', fault: null });
      expect(host.pid).not.toBe(host.pidBefore);
    }
    expect(await bench.restartsOf('live-1')).toBe(1);
    expect(await bench.entriesSince(halt.entryWatch.from ?? '')).toBe(0);
    expect(halt.openEntries?.total).toBeGreaterThan(0);
    expect(kinds()[0]).toBe('halt.requested');
    expect(kinds().slice(-2)).toEqual(['halt.ended', 'halt.looked_after']);
    expect(bench.events.at(-1)?.details).toMatchObject({
      openEntries: { total: halt.openEntries?.total },
      verification: null,
    });
  });

  test('fifty at once are one, and everyone else joins', async () => {
    const killSwitch = bench.killSwitch();
    const handles = Array.from({ length: 50 }, () => disable(killSwitch));
    expect(handles.filter(({ joined }) => !joined)).toHaveLength(1);
    const halts = await Promise.all(handles.map(({ done }) => done));
    expect(new Set(halts.map(({ haltId }) => haltId)).size).toBe(1);
    expect(await bench.restartsOf('live-1')).toBe(1);
    expect(await bench.restartsOf('live-2')).toBe(1);
  });

  test('replaces a weaker halt, and whoever watches that one sees the end', async () => {
    const touched: string[] = [];
    const killSwitch = bench.killSwitch({
      hostOf: (settings) => {
        touched.push(settings.name);
        return createHost(settings);
      },
    });
    const path = '/srv/models/none.onnx';
    const wantedOf = Object.fromEntries(
      bench.target.hosts.map(({ name }) => [name, { PLOY_CRYPTO_LOB_ML__MODEL_PATH: path }]),
    );
    const weaker = killSwitch.start({
      target: bench.target,
      kind: 'previous_model',
      requestedBy: CAROL,
      wantedOf,
    });
    const stronger = killSwitch.start({ target: bench.target, kind: 'stop', requestedBy: CAROL });
    const [watched, ended] = await Promise.all([weaker.done, stronger.done]);
    expect(watched).toEqual(ended);
    expect(ended).toMatchObject({ kind: 'stop', state: 'verified' });
    // Given up before its first act, the weaker one acts on no host.
    expect(touched).toEqual(['live-1', 'live-2']);
    // Nor may a later start of the bot go on with it: it would turn the strategy on again.
    await killSwitch.settled();
    const written = await createOpenHaltFiles(bench.dataDir, 'test').list();
    const own = written.filter(({ halt }) => halt.kind === 'previous_model');
    expect(own.map(({ halt }) => halt.endedAt)).toEqual([expect.any(String)]);
  });

  test('replaces a weaker halt also when that is about to write: its values stand on no host', async () => {
    const path = '/srv/models/none.onnx';
    const wantedOf = Object.fromEntries(
      bench.target.hosts.map(({ name }) => [name, { PLOY_CRYPTO_LOB_ML__MODEL_PATH: path }]),
    );
    let stronger: HaltHandle | undefined;
    const killSwitch = bench.killSwitch({
      hostOf: (settings) => {
        const host = createHost(settings);
        const replaceFile = host.replaceFile.bind(host);
        return Object.assign(host, {
          async replaceFile(...[file, bytes, options]: Parameters<typeof replaceFile>) {
            await options?.ready;
            stronger ??= disable(killSwitch);
            // Held up until the stronger one has written: now the weaker one would undo that.
            if (bytes.includes(path)) await untilWritten(stronger);
            await replaceFile(file, bytes, options);
          },
        });
      },
    });
    const weaker = killSwitch.start({
      target: bench.target,
      kind: 'previous_model',
      requestedBy: CAROL,
      wantedOf,
    });
    expect(await weaker.done).toMatchObject({ kind: 'disable', state: 'verified' });
    expect(stronger).toBeDefined();
    for (const { environmentFiles } of bench.trading.hosts) {
      const text = await readFile(environmentFiles[1], 'utf8');
      expect(text).toContain(`${FLAG}=false\n`);
      expect(text).not.toContain(path);
    }
  });

  test('of what is off already restarts nothing', async () => {
    await disable().done;
    const again = await disable().done;
    expect(again.state).toBe('verified');
    expect(hostOf(again, 'live-1')).toMatchObject({ diskWasDone: true, restart: 'not_needed' });
    expect(await bench.restartsOf('live-1')).toBe(1);
  });

  test('does not start a service that is stopped', async () => {
    await controlHost(bench.host('live-2').service.stop);
    const halt = await disable().done;
    expect(halt.state).toBe('verified');
    expect(hostOf(halt, 'live-2')).toMatchObject({ disk: 'done', process: 'stopped', restart: 'not_needed' });
    expect(await bench.restartsOf('live-2')).toBe(0);
  });

  test('goes on when what is written down first cannot be written', async () => {
    const refuse = async () => {
      throw new Error('ENOSPC');
    };
    const files = {
      save: refuse,
      noteBefore: () => ({ path: '/dev/null/halts/note.json', content: {} }),
      list: async () => [],
      goingElsewhere: async () => [],
      abandoned: async () => [],
      remove: async () => {},
    };
    const halt = await disable(bench.killSwitch({ files, journal: refuse })).done;
    expect(halt.state).toBe('verified');
  });
});

describe('a service', () => {
  test('that ignores the flag is not verified, with the entries counted', async () => {
    await withIncident('flag_ignored', 'live-1', async () => {
      const halt = await disable().done;
      expect(halt.state).toBe('not_verified');
      expect(halt.entryWatch.state).toBe('entries');
      expect(halt.entryWatch.entries).toBeGreaterThan(0);
      const stopped = await bench
        .killSwitch()
        .start({ target: bench.target, kind: 'stop', requestedBy: CAROL }).done;
      expect(stopped.state).toBe('verified');
      expect(hostOf(stopped, 'live-1')).toMatchObject({ process: 'stopped', stop: 'done' });
    });
  });

  test('that does not restart is stopped instead', async () => {
    await withIncident('restart_ignored', 'live-2', async () => {
      const halt = await disable().done;
      expect(halt.state).toBe('verified');
      expect(hostOf(halt, 'live-2')).toMatchObject({
        process: 'stopped',
        stop: 'done',
        stopBecause: 'restart_ignored',
      });
      expect(hostOf(halt, 'live-1')).toMatchObject({ process: 'as_wanted', stop: 'none' });
    });
  });

  test('that restarts in a loop is stopped instead', async () => {
    await withIncident('restart_loop', 'live-1', async () => {
      const halt = await disable().done;
      expect(halt.state).toBe('verified');
      expect(hostOf(halt, 'live-1')).toMatchObject({ process: 'stopped', stopBecause: 'restart_loop' });
    });
  });
});

/** An order as the strategy records it. @returns its id */
async function record(given: { status?: string; market?: string; signal?: string | null }): Promise<string> {
  const { status = 'Filled', market = 'btc-updown-5m-4102444800', signal = 'crypto_lob_ml_entry' } = given;
  const { rows } = await bench.orders.query(
    `INSERT INTO agent_order_executions (agent_id, account_id, intent_id, domain, market_slug, token_id, market_side, is_buy,
       shares, limit_price, status, filled_shares, elapsed_ms, dry_run, metadata, executed_at)
     VALUES ('crypto_lob_ml', NULL, gen_random_uuid(), 'crypto', $1, 't', 'UP', true, 10, 0.5, $2, 0, 1, NULL,
       jsonb_build_object('signal_type', $3::text), now() - interval '1 hour') RETURNING id`,
    [market, status, signal],
  );
  return rows[0].id;
}

/** The trading database, where something happens right before a halt asks it for the n-th time. */
const lookWith = (happens: (asked: number) => Promise<unknown>) => {
  let asked = 0;
  return {
    ...bench.look,
    ordersSince: async (...words: Parameters<TradingLook['ordersSince']>) => {
      await happens(++asked);
      return bench.look.ordersSince(...words);
    },
  };
};

describe('what can still add risk', () => {
  test('an order that rests at the venue keeps VERIFIED away, and is named with the end of its market', async () => {
    const id = await record({ status: 'Submitted' });
    try {
      const halt = await disable().done;
      expect(halt).toMatchObject({
        state: 'not_verified',
        entryWatch: { state: 'clear' },
        resting: { total: 1, rows: [{ market_slug: 'btc-updown-5m-4102444800', shares: 10 }] },
      });
      const { blocks } = haltReportView(halt, { locale: 'en', commands: new Map() });
      const told = JSON.stringify(blocks);
      expect(told).toContain('1 order can still fill: cancel it at the venue');
      expect(told).toContain('btc-updown-5m-4102444800 UP, 10 shares in 1 order, until <!date^4102445100^');
      // A stopped service takes back nothing that rests there.
      expect(told).not.toContain('Stop the service');
    } finally {
      await bench.orders.query("UPDATE agent_order_executions SET status = 'Cancelled' WHERE id = $1", [id]);
    }
    expect(await disable().done).toMatchObject({ state: 'verified', resting: { total: 0 } });
  });

  test('an order of no known kind, account or time after the halt is an order', async () => {
    const trading = lookWith(async (asked) => asked === 1 && record({ signal: null }));
    expect(await disable(bench.killSwitch({ trading })).done).toMatchObject({
      state: 'not_verified',
      entryWatch: { state: 'entries', entries: 1 },
    });
  });

  test.each([
    ['ahead', 600_000],
    ['back', -30_000],
  ])('a clock that steps %s neither shortens the watch nor hides an order', async (_way, step) => {
    let aheadMs = 0;
    const clock = { ...systemClock, now: () => Date.now() + aheadMs };
    const trading = lookWith(async (asked) => {
      if (asked === 1) aheadMs = step;
      if (asked === 2) await record({});
    });
    const { done } = disable(bench.killSwitch({ clock, trading }));
    expect(await done).toMatchObject({ state: 'not_verified', entryWatch: { state: 'entries', entries: 1 } });
  });
});

const NOTHING_COMES = {
  mark: async () => ({ mark: { lastId: '0', seen: [], open: [] }, before: 0 }),
  ordersSince: async () => 0,
  resting: async () => ({ total: 0, rows: [] }),
  restingOrders: async () => [],
  exitsAmong: async () => new Set<string>(),
  positions: async () => [],
};

describe('the trading database away', () => {
  test('does not hinder the halt, and is named as the missing part', async () => {
    const halt = await disable(bench.killSwitch({ trading: undefined })).done;
    expect(halt.state).toBe('not_verified');
    expect(halt.entryWatch).toMatchObject({ state: 'unknown', code: 'not_configured' });
    expect(halt.hosts.every(({ process }) => process === 'as_wanted')).toBe(true);
  });

  test.each([
    ['unreachable', /Entries without an exit: unknown \(the trading database did not answer/],
    ['permission_denied', /Entries without an exit: unknown \(the trading database refuses the query/],
    ['tls_wanted', /Entries without an exit: unknown \(the trading database refuses the query/],
  ] as const)('after the proof (%s) leaves unknown what nobody manages, and says why', async (code, told) => {
    const trading = {
      ...NOTHING_COMES,
      openEntries: async () => {
        throw new DatabaseFaultError('trading', code);
      },
    };
    const halt = await disable(bench.killSwitch({ trading })).done;
    expect(halt).toMatchObject({ state: 'verified', openEntries: null, openEntriesFault: code });
    const report = haltReportView(halt, { locale: 'en', commands: new Map() });
    expect(JSON.stringify(report.blocks)).toMatch(told);
  });

  test('is told from one that refuses whether new entries came', async () => {
    const refuse = async () => {
      throw new DatabaseFaultError('trading', 'permission_denied');
    };
    const halt = await disable(
      bench.killSwitch({
        trading: {
          mark: refuse,
          ordersSince: refuse,
          resting: refuse,
          restingOrders: refuse,
          exitsAmong: refuse,
          positions: refuse,
          openEntries: refuse,
        },
      }),
    ).done;
    expect(halt).toMatchObject({
      state: 'not_verified',
      entryWatch: { state: 'unknown', code: 'permission_denied' },
    });
    const report = haltReportView(halt, { locale: 'en', commands: new Map() });
    expect(JSON.stringify(report.blocks)).toMatch(
      /Whether new entries came is unknown: .* refuses the query/,
    );
  });
});
