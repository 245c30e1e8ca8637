import { execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { controlHost } from '../../../sandbox/host/control-host.js';
import type { TradingHost } from '../../../sandbox/host/service-commands.js';
import { createTradingSchema } from '../../../sandbox/host/trading-data/seed.js';
import { createTradingHosts, type TradingHosts } from '../../../sandbox/host/trading-host.js';
import { createEmptyDatabase, type TestDatabase } from '../../support/database.js';
import { eventually, isAlive } from './eventually.js';
import { buildSandboxPrograms, type SandboxPrograms } from './programs.js';

const PREFIX = 'PLOY_CRYPTO_LOB_ML__';
const run = promisify(execFile);

let database: TestDatabase;
let programs: SandboxPrograms;
let folder: string;
let trading: TradingHosts;

beforeAll(async () => {
  database = await createEmptyDatabase();
  await createTradingSchema(database.pool);
  programs = await buildSandboxPrograms();
  folder = await mkdtemp(join(tmpdir(), 'trading-hosts-'));
  trading = await createTradingHosts({
    folder,
    databaseUrl: database.url,
    hosts: ['live-1', 'dryrun-1'],
    restartDelayMs: 150,
    entryEveryMs: 40,
    programsFolder: programs.folder,
  });
});

afterAll(async () => {
  await trading.close();
  await database.drop();
  await programs.remove();
  await rm(folder, { recursive: true });
});

function live(): TradingHost {
  const host = trading.hosts.find((known) => known.name === 'live-1');
  if (host === undefined) throw new Error('There is no live-1.');
  return host;
}

async function status(host = live()): Promise<Record<string, string>> {
  const text = await controlHost(host.service.status);
  return Object.fromEntries(
    text
      .trim()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

async function logsSince(since: Date, host = live()): Promise<string> {
  return controlHost(host.service.logs.map((word) => word.replace('{since}', since.toISOString())));
}

async function running(host = live()): Promise<number> {
  return eventually(`${host.name} trades`, async () => {
    const { MainPID, ActiveState } = await status(host);
    const loaded = (await logsSince(new Date(0), host)).includes(`ploy[${MainPID}]: INFO loaded lob-ml`);
    return ActiveState === 'active' && loaded && Number(MainPID);
  });
}

/** Sets one line of the strategy's file, as an operator would. */
async function setVariable(name: string, value: string): Promise<void> {
  const path = live().environmentFiles[1];
  const text = await readFile(path, 'utf8');
  await writeFile(path, text.replace(new RegExp(`^${PREFIX}${name}=.*$`, 'm'), `${PREFIX}${name}=${value}`));
}

/** Waits for an order that was decided after now and satisfies the condition. */
async function orderWith(condition: string, table = 'agent_order_executions e'): Promise<void> {
  const since = new Date();
  const time = table.startsWith('risk') ? 'decided_at' : 'executed_at';
  await eventually(condition, async () => {
    const { rowCount } = await database.pool.query(
      `SELECT 1 FROM ${table} WHERE account_id = 'acct-live' AND ${time} > $1 AND ${condition} LIMIT 1`,
      [since],
    );
    return (rowCount ?? 0) > 0;
  });
}

async function during(id: string, host: string, look: () => Promise<void>): Promise<void> {
  await trading.setIncident(id, host, true);
  expect(trading.incidents().find((one) => one.id === id && one.host === host)?.active).toBe(true);
  try {
    await look();
  } finally {
    await trading.setIncident(id, host, false);
  }
}

describe('a service', () => {
  test('starts, says which model it loaded, and trades on its account', async () => {
    await running();
    expect(await logsSince(new Date(0))).toMatch(
      /^\d{4}-\S+Z ploy\[\d+\]: INFO loaded lob-ml onnx model model_type=onnx model_path=\S+v3\.onnx input_dim=8 output_dim=1$/m,
    );
    await orderWith(`is_buy AND agent_id = 'crypto_lob_ml' AND metadata->>'model_version' = 'lob-tcn-5m-v3'
      AND metadata->>'p_up_blend_w_model' = '0.900000' AND NOT dry_run`);
    await orderWith("NOT is_buy AND metadata->>'signal_type' = 'crypto_lob_ml_exit'");
  });

  test('answers as systemctl show does', async () => {
    await running();
    expect(await status()).toMatchObject({
      ActiveState: 'active',
      SubState: 'running',
      ExecMainStatus: '0',
      InvocationID: expect.stringMatching(/^[0-9a-f]{32}$/),
      ActiveEnterTimestamp: expect.stringMatching(
        /^[A-Z][a-z]{2} \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6} UTC$/,
      ),
    });
  });

  test('a restart changes the process and the invocation, and only then does a new value run', async () => {
    await running();
    const before = await status();
    await setVariable('EV_EXIT_BUFFER', '0.007');
    const environ = async () => (await controlHost(live().environCommand)).split('\0');
    expect(await environ()).toContain(`${PREFIX}EV_EXIT_BUFFER=0.005`);
    const askedAt = new Date();
    await controlHost(live().service.restart);
    const after = await status();
    expect(after.MainPID).not.toBe(before.MainPID);
    // Told by whole seconds, the start would lie before the last orders of the old process.
    const [, startedAt = ''] = /^\w+ (.+)$/.exec(after.ActiveEnterTimestamp ?? '') ?? [];
    expect(new Date(startedAt).getTime()).toBeGreaterThanOrEqual(askedAt.getTime());
    expect(after.InvocationID).not.toBe(before.InvocationID);
    expect(after.NRestarts).toBe('0');
    await eventually('the new environment', async () =>
      (await environ()).includes(`${PREFIX}EV_EXIT_BUFFER=0.007`),
    );
    expect(isAlive(Number(before.MainPID))).toBe(false);
  });

  test('of two layers the later one wins', async () => {
    const [secrets] = live().environmentFiles;
    const text = await readFile(secrets, 'utf8');
    await writeFile(secrets, `${text}${PREFIX}EXIT_MODE=settle_only\nONLY_BELOW='a b'\n`);
    await controlHost(live().service.restart);
    const environ = (await controlHost(live().environCommand)).split('\0');
    expect(environ).toContain(`${PREFIX}EXIT_MODE=ev_exit`);
    expect(environ).toContain('ONLY_BELOW=a b');
    await writeFile(secrets, text);
  });

  test('stopped it stays stopped; the verbs are witnessed', async () => {
    const pid = await running();
    await controlHost(live().service.stop);
    expect(await status()).toMatchObject({ ActiveState: 'inactive', SubState: 'dead', MainPID: '0' });
    expect(isAlive(pid)).toBe(false);
    await controlHost(live().startCommand);
    await running();
    const verbs = readFileSync(live().appliedStepsPath, 'utf8').trim().split('\n').slice(-2);
    expect(verbs.map((line) => JSON.parse(line).verb)).toEqual(['stop', 'start']);
  });

  test('killed, it is restarted and counted', async () => {
    process.kill(await running(), 'SIGKILL');
    await eventually('an automatic restart', async () => (await status()).NRestarts === '1');
    await running();
    await controlHost(live().service.restart);
  });

  test('disabled, it runs and does not trade', async () => {
    await setVariable('ENABLED', 'false');
    const restartedAt = new Date();
    await controlHost(live().service.restart);
    await eventually('the line that says so', async () =>
      (await logsSince(restartedAt)).includes('crypto_lob_ml is disabled'),
    );
    expect((await status()).ActiveState).toBe('active');
    const count = async () =>
      (await database.pool.query("SELECT count(*) FROM risk_gate_decisions WHERE account_id = 'acct-live'"))
        .rows[0].count;
    const before = await count();
    await orderWithOnDryrun();
    expect(await count()).toBe(before);
    await setVariable('ENABLED', 'true');
    await controlHost(live().service.restart);
    await running();
  });

  test('an unknown verb is refused', async () => {
    const command = [...live().service.status.slice(0, -1), 'destroy'];
    await expect(controlHost(command)).rejects.toThrow(/unknown verb destroy/);
  });
});

/** The other host has traded several times: time enough for this one to do so as well. */
async function orderWithOnDryrun(): Promise<void> {
  const since = new Date();
  await eventually('orders of the other host', async () => {
    const { rows } = await database.pool.query(
      "SELECT count(*)::int AS n FROM agent_order_executions WHERE account_id = 'acct-dryrun' AND executed_at > $1",
      [since],
    );
    return rows[0].n > 5;
  });
}

describe('incidents of a host', () => {
  test.each([
    ['model_corrupt', /failed to load onnx model from MODEL_PATH/],
    ['model_type_wrong', /unsupported model_type "lightgbm"/],
    ['restart_loop', /panicked/],
  ])('%s: a restart loop with its reason in the log', async (id, reason) => {
    const startedAt = new Date();
    await during(id, 'live-1', async () => {
      await eventually('three restarts', async () => Number((await status()).NRestarts) >= 3);
      expect(await logsSince(startedAt)).toMatch(reason);
      await eventually('the exit code', async () => (await status()).ExecMainStatus === '1');
    });
    await running();
  });

  test('a missing model file is named', async () => {
    await setVariable('MODEL_PATH', '/nowhere/m.onnx');
    const restartedAt = new Date();
    await controlHost(live().service.restart);
    await eventually('the error', async () =>
      (await logsSince(restartedAt)).includes('cannot read MODEL_PATH /nowhere/m.onnx: ENOENT'),
    );
    await setVariable('MODEL_PATH', live().modelPath);
    await controlHost(live().service.restart);
    await running();
  });

  test.each([
    ['flag_typo', `${PREFIX}ENABLED=flase`],
    ['exit_mode_typo', `${PREFIX}EXIT_MODE=ev_exti`],
    ['env_edited_by_hand', `${PREFIX}ENTRY_EARLY_WINDOW_SECS_5M=90`],
  ])('%s: the file differs and the process runs on', async (id, line) => {
    const path = live().environmentFiles[1];
    const before = await readFile(path, 'utf8');
    const pid = await running();
    await during(id, 'live-1', async () => {
      expect((await readFile(path, 'utf8')).split('\n')).toContain(line);
      expect((await status()).MainPID).toBe(String(pid));
    });
    expect(await readFile(path, 'utf8')).toBe(before);
  });

  test.each([
    ['metadata_missing', "is_buy AND NOT metadata ?| ARRAY['model_type', 'p_up_blend_w_model']"],
    ['wrong_weights', "is_buy AND metadata->>'p_up_blend_w_window' = '0.400000'"],
    ['old_model_version', "is_buy AND metadata->>'model_version' = 'lob-tcn-5m-v2'"],
  ])('%s shows in the orders', async (id, condition) => {
    await running();
    await during(id, 'live-1', () => orderWith(condition));
    const { rows } = await database.pool.query(
      `SELECT order_id FROM agent_order_executions WHERE metadata->>'deployment_id' = 'live-1' AND ${condition}`,
    );
    expect(rows).toEqual([]);
  });

  test('the end of model_corrupt leaves alone what a deploy has brought since', async () => {
    const other = live().modelPath.replace('_v3', '_v9');
    const whole = await readFile(live().modelPath);
    await during('model_corrupt', 'live-1', async () => {
      await writeFile(other, 'deployed');
      await setVariable('MODEL_PATH', `"${other}"`);
    });
    expect(await readFile(other, 'utf8')).toBe('deployed');
    expect(await readFile(live().modelPath)).toEqual(whole);
    await setVariable('MODEL_PATH', `"${live().modelPath}"`);
    await controlHost(live().service.restart);
    await running();
  });

  test('block_storm shows in the decisions', async () => {
    await running();
    await during('block_storm', 'live', () =>
      orderWith("decision = 'BLOCKED' AND block_reason = 'daily_loss_limit'", 'risk_gate_decisions'),
    );
  });

  test('no_entries: the process lives, and asks for nothing', async () => {
    await running();
    await during('no_entries', 'live', async () => {
      await orderWithOnDryrun();
      const since = new Date();
      await orderWithOnDryrun();
      const { rows } = await database.pool.query(
        "SELECT 1 FROM agent_order_executions WHERE account_id = 'acct-live' AND is_buy AND executed_at > $1",
        [since],
      );
      expect(rows).toEqual([]);
    });
  });

  test('no_decisions: orders go on without any decision, and each has one once it has ended', async () => {
    await running();
    const began = new Date();
    const decisions = "account_id = 'acct-live' AND agent_id = 'crypto_lob_ml'";
    await during('no_decisions', 'live', async () => {
      await orderWith("is_buy AND account_id = 'acct-live'");
      const { rows } = await database.pool.query(
        `SELECT 1 FROM risk_gate_decisions WHERE ${decisions} AND decided_at > $1`,
        [began],
      );
      expect(rows).toEqual([]);
    });
    const { rows } = await database.pool.query(
      `SELECT 1 FROM agent_order_executions e WHERE ${decisions} AND executed_at > $1
         AND NOT EXISTS (SELECT 1 FROM risk_gate_decisions d WHERE d.intent_id = e.intent_id AND d.agent_id = e.agent_id)`,
      [began],
    );
    expect(rows).toEqual([]);
  });

  test('flag_ignored: entries go on after the flag went off', async () => {
    await setVariable('ENABLED', 'false');
    await during('flag_ignored', 'live-1', async () => {
      await controlHost(live().service.restart);
      await orderWith('is_buy');
    });
    await setVariable('ENABLED', 'true');
    await controlHost(live().service.restart);
  });

  test('restart_ignored: success is answered, and the process is the old one', async () => {
    const pid = await running();
    await during('restart_ignored', 'live-1', async () => {
      await controlHost(live().service.restart);
      expect((await status()).MainPID).toBe(String(pid));
    });
  });
});

describe('incidents of the feed', () => {
  async function newestAge(symbol: string): Promise<number> {
    const { rows } = await database.pool.query(
      'SELECT extract(epoch FROM now() - max(timestamp))::float8 AS age FROM sync_records WHERE symbol = $1',
      [symbol],
    );
    return rows[0].age ?? Number.POSITIVE_INFINITY;
  }

  test('feed_symbol_stopped: one falls behind, the others do not', async () => {
    await during('feed_symbol_stopped', '', async () => {
      await eventually('SOLUSDT falls behind', async () => (await newestAge('SOLUSDT')) > 2.5);
      expect(await newestAge('BTCUSDT')).toBeLessThan(2);
    });
    await eventually('SOLUSDT is back', async () => (await newestAge('SOLUSDT')) < 1.5);
  });

  test('feed_frozen: fresh rows with one price', async () => {
    await during('feed_frozen', '', async () => {
      const since = new Date(Date.now() + 200);
      const rows = await eventually('two rows since', async () => {
        const result = await database.pool.query(
          "SELECT bn_mid_price FROM sync_records WHERE symbol = 'BTCUSDT' AND timestamp > $1",
          [since],
        );
        return result.rows.length >= 2 && result.rows;
      });
      expect(new Set(rows.map((row) => row.bn_mid_price)).size).toBe(1);
    });
  });

  test('feed_stopped and feed_future', async () => {
    await during('feed_stopped', '', async () => {
      await eventually('all fall behind', async () => (await newestAge('BTCUSDT')) > 2);
    });
    await during('feed_future', '', async () => {
      await eventually('a row from the future', async () => (await newestAge('BTCUSDT')) < -60);
    });
    await database.pool.query("DELETE FROM sync_records WHERE timestamp > now() + interval '1 minute'");
  });

  test('database_locked: a reader with a lock time-out is refused until it ends', async () => {
    const read = `SET LOCAL lock_timeout = '100ms'; SELECT 1 FROM sync_records LIMIT 1`;
    await during('database_locked', '', async () => {
      await expect(database.pool.query(read)).rejects.toMatchObject({ code: '55P03' });
    });
    await database.pool.query(read);
  });

  test('an incident that cannot begin is off, and nothing of it is left', async () => {
    await during('database_locked', '', async () => {
      await expect(trading.setIncident('feed_symbol_stopped', '', true)).rejects.toThrow(/lock timeout/);
    });
    const known = trading.incidents().find(({ id }) => id === 'feed_symbol_stopped');
    expect(known?.active).toBe(false);
    await eventually('SOLUSDT goes on', async () => (await newestAge('SOLUSDT')) < 1.5);
  });

  test('an unknown incident is refused', async () => {
    await expect(trading.setIncident('earthquake', 'live-1', true)).rejects.toThrow(/no incident earthquake/);
  });
});

describe('no process is left', () => {
  const script = (from: string): string => `
    import { createTradingHosts } from ${JSON.stringify(join(programs.folder, 'trading-host.js'))};
    const trading = await createTradingHosts({ folder: ${JSON.stringify(from)}, hosts: ['live-7'],
      databaseUrl: ${JSON.stringify(database.url)}, restartDelayMs: 100, programsFolder: ${JSON.stringify(programs.folder)} });
    console.log(trading.hosts[0].controlPath);
    process.stdin.once('data', () => trading.close().then(() => process.exit()));
  `;

  async function processesNaming(text: string): Promise<string[]> {
    const { stdout } = await run('ps', ['-eww', '-o', 'pid=,args=']);
    return stdout.split('\n').filter((line) => line.includes(text) && !line.includes('createTradingHosts'));
  }

  test('after a host that could not be laid out', async () => {
    const other = await mkdtemp(join(tmpdir(), 'trading-hosts-'));
    await writeFile(join(other, 'live-8'), 'a file where the folder of a host should be');
    const starting = createTradingHosts({
      folder: other,
      databaseUrl: database.url,
      hosts: ['live-7', 'live-8'],
      programsFolder: programs.folder,
    });
    await expect(starting).rejects.toThrow(/live-8/);
    expect(await processesNaming(other)).toEqual([]);
    await rm(other, { recursive: true });
  });

  test.each(['close', 'SIGKILL'])('after %s', async (how) => {
    const other = await mkdtemp(join(tmpdir(), 'trading-hosts-'));
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script(other)]);
    const control = await new Promise<string>((resolve) =>
      parent.stdout.once('data', (text) => resolve(String(text).trim())),
    );
    // The supervisor, and the service that it has started: a script, whose interpreter is told its path.
    await eventually('both are there', async () => (await processesNaming(other)).length === 2);
    const shown = await run(control, ['status']);
    const pid = Number(/^MainPID=(\d+)$/m.exec(shown.stdout)?.[1]);
    const supervisor = Number(/^SupervisorPID=(\d+)$/m.exec(shown.stdout)?.[1]);
    const ids = (await processesNaming(other)).map((line) => Number.parseInt(line, 10));
    expect(new Set(ids)).toEqual(new Set([supervisor, pid]));
    expect(isAlive(pid)).toBe(true);
    if (how === 'close') parent.stdin.write('\n');
    else parent.kill('SIGKILL');
    await eventually('the supervisor is gone', async () => (await processesNaming(other)).length === 0);
    await expect(run(control, ['status'])).rejects.toThrow(/the supervisor does not answer/);
    await eventually('the service is gone', () => !isAlive(pid));
    await rm(other, { recursive: true });
  });
});
