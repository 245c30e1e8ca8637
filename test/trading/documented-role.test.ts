import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { createTradingSchema } from '../../sandbox/host/trading-data/seed.js';
import { createEmptyDatabase, type TestDatabase } from '../support/database.js';

/** The role of docs/trading-database-role.md, made by the statements that stand there. */

let database: TestDatabase;
let reader: pg.Client;
const [READER, TRADER] = ['lobml_documented_reader', 'lobml_documented_ploy'];

async function documented(part: string): Promise<string> {
  const text = await readFile('docs/trading-database-role.md', 'utf8');
  const found = text.match(/(?<=```sql\n)[\s\S]*?(?=```)/g)?.find((block) => block.includes(part));
  if (found === undefined) throw new Error(`no statement of the documentation says ${part}`);
  return found
    .replaceAll('lobml_reader', READER)
    .replaceAll('DATABASE ploy', `DATABASE "${new URL(database.url).pathname.slice(1)}"`)
    .replaceAll('TO ploy', `TO ${TRADER}`);
}

beforeAll(async () => {
  database = await createEmptyDatabase();
  await createTradingSchema(database.pool);
  await database.pool.query(`CREATE ROLE ${TRADER} LOGIN`);
  await database.pool.query(await documented('CREATE ROLE lobml_reader'));
  await database.pool.query(await documented('REVOKE EXECUTE'));
  const url = new URL(database.url);
  url.username = READER;
  url.password = 'choose%20one';
  reader = new pg.Client({ connectionString: url.href });
  await reader.connect();
});
afterAll(async () => {
  await reader.end();
  await database.pool.query(`DROP OWNED BY ${READER}, ${TRADER}; DROP ROLE ${READER}, ${TRADER}`);
  await database.drop();
});

test.each([
  "lo_from_bytea(0, 'x')",
  'lo_create(0)',
  'lo_creat(-1)',
  'lo_unlink(1)',
  "lo_put(1, 0, 'x')",
  "lowrite(1, 'x')",
  'lo_truncate(1, 1)',
  "pg_notify('a', 'b')",
  "pg_logical_emit_message(false, 'a', 'b')",
  'pg_advisory_lock(1)',
  'pg_try_advisory_xact_lock_shared(1, 2)',
  'pg_sleep(0)',
  "pg_sleep_for('0 s')",
  'pg_cancel_backend(1)',
  'pg_terminate_backend(1)',
  'pg_export_snapshot()',
  'txid_current()',
  'pg_current_xact_id()',
  "query_to_xml('SELECT 1', true, true, '')",
  "pg_read_file('/etc/passwd')",
  "pg_read_binary_file('/etc/passwd')",
  "pg_ls_dir('/')",
  "pg_stat_file('/etc/passwd')",
  "lo_import('/etc/passwd')",
  "lo_export(1, '/tmp/x')",
  'pg_reload_conf()',
])('the role may not call %s, though the session may write', async (call) => {
  await reader.query('SET default_transaction_read_only = off');
  await expect(reader.query(`SELECT ${call}`)).rejects.toMatchObject({ code: '42501' });
});

test('it reads what the checklist reads, and the trading system calls what it called', async () => {
  await expect(reader.query('SELECT count(*) FROM sync_records')).resolves.toBeDefined();
  const client = await database.pool.connect();
  await client.query(`SET ROLE ${TRADER}`);
  await expect(client.query('SELECT pg_advisory_lock(1), pg_advisory_unlock(1)')).resolves.toBeDefined();
  await expect(client.query("SELECT pg_notify('a', 'b')")).resolves.toBeDefined();
  client.release(true);
});

test('the statement of the documentation lists what of effects is left, which every session can do without functions', async () => {
  const { rows } = await database.pool.query(await documented('has_function_privilege'));
  const names = rows.map((row) => String(row.function));
  expect(names).toContain('set_config(text,text,boolean)');
  expect(
    names.filter((name) =>
      /^(lo_|lowrite|pg_notify|pg_advisory|pg_try_advisory|pg_sleep|pg_logical|dblink)/.test(name),
    ),
  ).toEqual([]);
});
