import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createDoctor } from '../../src/doctor/doctor.js';
import { examineState, examineTrading } from '../../src/doctor/examine-databases.js';
import { explainFailure } from '../../src/doctor/explain-failure.js';
import type { DatabaseFault, DatabaseName } from '../../src/domain/database-fault.js';
import { LOCALES, type Locale } from '../../src/domain/localized.js';
import { redact } from '../../src/domain/secrets.js';
import { openState } from '../../src/store/open-state.js';
import { createTradingDatabase } from '../../src/trading/trading-database.js';
import { reasonSentence, remedySentence } from '../../views/check-sentence.js';
import { say } from '../../views/sentence.js';
import { databaseFault } from '../../views/text/en/database-fault.js';
import { textFor } from '../../views/text/index.js';
import { createEmptyDatabase, type TestDatabase } from '../support/database.js';
import { type RefusingServer, startRefusingServer } from '../support/refusing-server.js';
import { createReplication } from '../support/standby.js';
import { startTlsServer, type TlsServer } from '../support/tls-server.js';

const logger = { warn: () => {}, info: () => {}, error: () => {} } as never;
const secretOf = (text: string) => ({ reveal: () => text }) as never;

async function tradingError(url: string, timeoutMs = 20_000): Promise<unknown> {
  const trading = createTradingDatabase({ url, logger });
  try {
    return await trading.query({ text: 'SELECT 1 AS one', timeoutMs }).then(
      () => undefined,
      (error: unknown) => error,
    );
  } finally {
    await trading.close();
  }
}

async function stateError(url: string): Promise<unknown> {
  return openState({ databaseUrl: secretOf(url), dataDir: '/no/such' }, 'terminal', logger).then(
    async (state) => {
      await state.close();
      return undefined;
    },
    (error: unknown) => error,
  );
}

const errorOf: Readonly<Record<DatabaseName, (url: string) => Promise<unknown>>> = {
  trading: tradingError,
  state: stateError,
};

const codeOf = (error: unknown): unknown => (error as { code?: unknown } | undefined)?.code;

/** What the terminal, `doctor` and (of the trading database) a report say of an error. */
async function everywhere(
  error: unknown,
  database: DatabaseName,
  locale: Locale,
): Promise<readonly string[]> {
  const query = () => Promise.reject(error);
  const options = {
    config: { databaseUrl: secretOf('x'), dataDir: '.' },
    strategies: [],
    state: { query },
    trading: { query },
  };
  const examine = database === 'trading' ? examineTrading : examineState;
  const [finding] = await createDoctor([examine(options as never)], redact).examine();
  const doctor =
    finding?.wayOut === undefined ? [] : [`${say(finding.seen, locale)} ${say(finding.wayOut, locale)}`];
  const terminal = explainFailure(error, { usage: 'lobml verify', locale, say }).says;
  if (database === 'state') return [terminal, ...doctor];
  const { code, facts } = error as { code: string; facts: object };
  const reason = { code: 'database_error' as const, facts: { ...facts, code } };
  const result = { outcome: 'ERROR', reason, evidence: { probe: 'sql' } } as never;
  return [terminal, ...doctor, `${reasonSentence(reason, locale)} ${remedySentence(result, locale)}`];
}

async function expectTold(error: unknown, database: DatabaseName, fault: DatabaseFault, says: RegExp) {
  expect(codeOf(error)).toBe(fault);
  for (const text of await everywhere(error, database, 'en')) {
    expect(text).toMatch(says);
    expect(text).not.toMatch(/hunter2|reader/);
  }
  const english = await everywhere(error, database, 'en');
  for (const [index, text] of (await everywhere(error, database, 'zh-CN')).entries()) {
    expect(text).toMatch(/[\u4e00-\u9fff]/);
    expect(text).not.toBe(english[index]);
    expect(text).not.toMatch(/hunter2|reader/);
  }
}

const BOTH: readonly DatabaseName[] = ['trading', 'state'];

describe.each(BOTH)('of the %s database', (database) => {
  const variable = database === 'trading' ? 'TRADING_DATABASE_URL' : 'DATABASE_URL';
  test.each<[string, string, string, DatabaseFault, RegExp]>([
    [
      'a pooler',
      '08P01',
      'unsupported startup parameter in options: jit',
      'options_refused',
      new RegExp(`pooler.*${variable}`),
    ],
    ['an older pooler', '08P01', 'unsupported startup parameter: options', 'options_refused', /pooler/],
    ['a pooler that wants TLS', '08P01', 'SSL required', 'tls_wanted', /sslmode=verify-full/],
    ['a server that starts', '57P03', 'the database system is starting up', 'starting', /Wait/],
    ['a full server', '53300', 'sorry, too many clients already', 'too_many_connections', /raise the limit/],
    [
      'a wrong password',
      '28P01',
      'password authentication failed for user "reader"',
      'authentication',
      /percent-encoded/,
    ],
    ['a missing database', '3D000', 'database "ploy" does not exist', 'missing_database', /name at the end/],
    [
      'no line of pg_hba.conf',
      '28000',
      'no pg_hba.conf entry for host "1.2.3.4", user "reader", database "ploy", SSL encryption',
      'not_admitted',
      /pg_hba\.conf/,
    ],
    [
      'a standby that goes on',
      '40001',
      'terminating connection due to conflict with recovery',
      'recovery_conflict',
      /max_standby_streaming_delay/,
    ],
  ])('%s has its name and its way out', async (_name, state, message, fault, says) => {
    const server: RefusingServer = await startRefusingServer(state, message);
    try {
      // A full server is asked again until the time is up.
      const timeoutMs = fault === 'too_many_connections' ? 1_000 : 20_000;
      const error =
        database === 'trading' ? await tradingError(server.url, timeoutMs) : await stateError(server.url);
      await expectTold(error, database, fault, says);
    } finally {
      await server.stop();
    }
  });

  test.each<[string, string, RegExp]>([
    [
      'a name that nobody has',
      'postgresql://reader:hunter2@no-such-host.invalid/ploy',
      /no machine has the name.*percent-encoded|cannot be looked up/,
    ],
    ['a port where nothing listens', 'postgresql://reader:hunter2@127.0.0.1:1/ploy', /nothing listens/],
  ])('%s has its name and its way out', async (_name, url, says) => {
    await expectTold(await errorOf[database](url), database, 'unreachable', says);
  });
});

describe.each(BOTH)('TLS of the %s database', (database) => {
  let server: TlsServer;
  let plain: TestDatabase;
  beforeAll(async () => {
    [server, plain] = await Promise.all([startTlsServer(), createEmptyDatabase()]);
  });
  afterAll(() => Promise.all([server?.stop(), plain?.drop()]));

  test('wanted by the server', async () => {
    await expectTold(
      await errorOf[database](server.url('localhost')),
      database,
      'tls_wanted',
      /sslmode=verify-full/,
    );
  });

  test('not offered by the server', async () => {
    const url = `${plain.url}?sslmode=verify-full`;
    await expectTold(await errorOf[database](url), database, 'tls_not_offered', /ssl = on/);
  });

  test('with a certificate that nobody signed', async () => {
    const url = server.url('localhost', '?sslmode=verify-full');
    await expectTold(await errorOf[database](url), database, 'certificate_untrusted', /sslrootcert=FILE/);
  });

  test('with a certificate for another host', async () => {
    const url = server.url('127.0.0.1', `?sslmode=verify-full&sslrootcert=${server.certificate}`);
    await expectTold(
      await errorOf[database](url),
      database,
      'certificate_host',
      /as the certificate names it/,
    );
  });

  test('with a certificate’s file that is not there', async () => {
    const url = server.url('localhost', '?sslmode=verify-full&sslrootcert=/no/such.crt');
    await expectTold(await errorOf[database](url), database, 'certificate_file', /Correct the path/);
  });

  test('with the certificate that is trusted', async () => {
    const url = server.url('localhost', `?sslmode=verify-full&sslrootcert=${server.certificate}`);
    expect(await errorOf[database](url)).toBeUndefined();
  });
});

test('a query that stands in the way of a real standby’s replay', async () => {
  const replication = await createReplication();
  try {
    const { primary, standby, standbyUrl } = replication;
    await primary.query('CREATE TABLE t AS SELECT generate_series(1, 1000) AS n');
    await replication.caughtUp();
    await standby.query('ALTER SYSTEM SET max_standby_streaming_delay = 0');
    await standby.query('SELECT pg_reload_conf()');
    const trading = createTradingDatabase({ url: standbyUrl, logger });
    const slow = trading.query({ text: 'SELECT count(*) FROM t a, t b, t c, t d', timeoutMs: 60_000 }).then(
      () => undefined,
      (error: unknown) => error,
    );
    await until(async () => {
      const { rows } = await standby.query(
        `SELECT count(*)::int AS n FROM pg_stat_activity WHERE query LIKE 'SELECT count(*) FROM t a%' AND state = 'active'`,
      );
      return rows[0].n > 0;
    });
    await primary.query('DROP TABLE t');
    await expectTold(await slow, 'trading', 'recovery_conflict', /ask the primary/);
    await trading.close();
  } finally {
    await replication.end();
  }
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('it did not come to pass within a minute');
  }
}

test('each fault of a database says what to do, but those that only another try mends', () => {
  for (const locale of LOCALES) {
    const { databaseWayOut } = textFor(locale).report;
    const faults = Object.keys(databaseFault) as readonly DatabaseFault[];
    expect(faults.filter((fault) => databaseWayOut[fault] === undefined)).toEqual(['cancelled', 'other']);
  }
});
