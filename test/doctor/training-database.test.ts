import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createReaderRole } from '../../sandbox/host/trading-data/reader-role.js';
import { createTradingSchema } from '../../sandbox/host/trading-data/seed.js';
import { PROBE_KINDS } from '../../src/checks/probe-kinds.js';
import { loadConfig, trainingEnvironment } from '../../src/config/config.js';
import { createDoctor } from '../../src/doctor/doctor.js';
import { examineTrainingDatabase } from '../../src/doctor/examine-training-database.js';
import { LOCALES } from '../../src/domain/localized.js';
import { loadRunbook } from '../../src/runbook/load-runbook.js';
import type { Runbook } from '../../src/runbook/runbook.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { createTradingDatabase } from '../../src/trading/trading-database.js';
import { secretValues, withoutSecrets } from '../../src/training/secret-values.js';
import { trainerVariables } from '../../src/training/trainer-command.js';
import { say } from '../../views/sentence.js';
import { createEmptyDatabase, type TestDatabase } from '../support/database.js';
import { createReplication, type Replication } from '../support/standby.js';

const logger = createLogger({ level: 'silent', to: 'stderr' });
let runbook: Runbook;
let database: TestDatabase;
/** Of the role of the checks, and of the one that the documentation makes for trainers. */
let [readerUrl, trainerUrl] = ['', ''];

/** What docs/trading-database-role.md says to run, for the database of this test. */
async function makeDocumentedRole(): Promise<string> {
  const blocks = (await readFile('docs/trading-database-role.md', 'utf8')).match(
    /(?<=```sql\n)[\s\S]*?(?=```)/g,
  );
  const statements = blocks?.find((block) => block.includes('CREATE ROLE lobml_trainer')) ?? '';
  const url = new URL(database.url);
  const made = statements.replaceAll('lobml_trainer', 'lobml_doctor_trainer');
  await database.pool.query(made.replace('DATABASE ploy', `DATABASE "${url.pathname.slice(1)}"`));
  url.username = 'lobml_doctor_trainer';
  url.password = 'choose%20one';
  return url.href;
}

beforeAll(async () => {
  runbook = await loadRunbook('runbooks/crypto_lob_ml/runbook.yaml', PROBE_KINDS);
  database = await createEmptyDatabase();
  await createTradingSchema(database.pool);
  const reader = { adminUrl: database.url, role: 'lobml_doctor_checks', password: 'reader' };
  readerUrl = await createReaderRole(database.pool, reader);
  trainerUrl = await makeDocumentedRole();
});
afterAll(async () => {
  for (const role of ['lobml_doctor_checks', 'lobml_doctor_trainer'])
    await database.pool.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  await database.drop();
});

/** What doctor says: state, subject and sentence, and that each way out stands in both languages. */
async function told(env: Record<string, string>, book: Runbook = runbook): Promise<string> {
  const examination = examineTrainingDatabase({
    config: loadConfig(env, { role: 'terminal' }),
    strategies: [{ runbook: book }],
    openTraining: (address) => createTradingDatabase({ ...address, logger, hasCheckSettings: false }),
  });
  const diagnoses = await createDoctor([examination], (text) => text).examine();
  for (const { state, seen, wayOut } of diagnoses.filter((one) => one.state !== 'ok')) {
    expect([state, wayOut && say(wayOut, 'en')]).toEqual([state, expect.any(String)]);
    for (const sentence of [seen, wayOut])
      expect(sentence && LOCALES.map((locale) => say(sentence, locale)).join()).toBeTruthy();
  }
  return diagnoses
    .map(({ state, subject, seen }) => `${state} ${say(subject, 'en')}: ${say(seen, 'en')}`)
    .join('\n');
}

test('the role of the documentation has all that a trainer needs', async () => {
  expect(await told({ TRADING_DATABASE_URL: readerUrl, TRAINING_DATABASE_URL: trainerUrl })).toBe(
    [
      'ok training database: TRAINING_DATABASE_URL answers this machine',
      'ok bounds of trainings: no time-out ends a statement of a trainer',
      'ok table sync_records for trainings: readable',
      'ok table pm_token_settlements for trainings: readable',
      'ok training source: the primary',
      'ok training role: may read, may not write',
    ].join('\n'),
  );
});

test('without an address of its own a trainer gets that of the checks, and its bounds are named', async () => {
  const said = await told({ TRADING_DATABASE_URL: readerUrl });
  expect(said).toMatch(
    /^warning training database: TRAINING_DATABASE_URL is not set or not used: a trainer gets TRADING/,
  );
  expect(said).toContain(
    'warning bounds of trainings: idle_in_transaction_session_timeout = 5 s, statement_timeout = 5 s: a statement of a trainer, which may run for 120 minutes, is ended before',
  );
});

test.each([
  [
    'given to trainings as well',
    'statement_timeout',
    () => readerUrl,
    /^fault bounds of trainings: .*statement_timeout = 5 s/m,
  ],
  ['of a superuser', 'rights', () => database.url, /^warning training role: more than read-only: SUPERUSER/m],
  ['that nothing answers', 'connection', () => 'postgres://u:p@127.0.0.1:1/x', /^fault training database: /m],
])('an address %s is told by its %s', async (_name, _what, url, sentence) => {
  const said = await told({ TRADING_DATABASE_URL: readerUrl, TRAINING_DATABASE_URL: url() });
  expect(said).toMatch(sentence);
  expect(said).not.toContain('u:p@');
});

test('a bound in the address itself counts, and one beyond the time limit does not', async () => {
  const bounded = (ms: number) => {
    const url = new URL(trainerUrl);
    url.searchParams.set('options', `-c statement_timeout=${ms}`);
    return told({ TRAINING_DATABASE_URL: url.href });
  };
  expect(await bounded(60_000)).toContain('fault bounds of trainings: statement_timeout = 60 s');
  expect(await bounded(3 * 3_600_000)).toContain('ok bounds of trainings');
});

test('a table that is missing, and one that may not be read, are named', async () => {
  const { training } = runbook;
  if (training === undefined) throw new Error('the shipped runbook has no training');
  const tables = ['pm_market_metadata', 'risk_gate_decisions'];
  const said = await told(
    { TRAINING_DATABASE_URL: trainerUrl },
    { ...runbook, training: { ...training, tables } },
  );
  expect(said).toContain('fault table pm_market_metadata for trainings: not there yet');
  expect(said).toContain('fault table risk_gate_decisions for trainings: the role may not read it');
});

test('a trainer of another machine, and one that gets no such address, are told of as that', async () => {
  const { training } = runbook;
  if (training === undefined) throw new Error('the shipped runbook has no training');
  const env = { TRADING_DATABASE_URL: readerUrl, TRAINING_DATABASE_URL: trainerUrl };
  const far = { ...runbook, training: { ...training, runsOn: 'live/farm-1' } };
  expect(await told(env, far)).toContain(
    'answers this machine (trainers run on live/farm-1, which was not asked)',
  );
  const older = {
    ...runbook,
    training: { ...training, environment: { DATABASE_URL: 'TRADING_DATABASE_URL' } },
  };
  expect(await told(env, older)).toMatch(/^warning training database: .*not used/);
  expect(await told(env, { ...runbook, training: { ...training, environment: {} } })).toBe('');
  expect(await told(env, { ...runbook, training: undefined })).toBe('');
});

describe('a standby', () => {
  let replication: Replication;
  beforeAll(async () => {
    replication = await createReplication();
  }, 120_000);
  afterAll(() => replication.end());

  test('serves trainings while its replay goes on', async () => {
    await replication.primary.query('CREATE TABLE any_row (id int)');
    await replication.caughtUp();
    const env = { TRAINING_DATABASE_URL: replication.standbyUrl };
    expect(await told(env)).toMatch(/^ok training source: a standby/m);
    await replication.standby.query('SELECT pg_wal_replay_pause()');
    await replication.primary.query('INSERT INTO any_row VALUES (1)');
    expect(await told(env)).toMatch(/^fault training source: a standby.*its replay is paused/m);
  });
});

test('what the shipped trainer gets is that address, else that of the checks, and no log shows either', () => {
  if (runbook.training === undefined) throw new Error('the shipped runbook has no training');
  const env = {
    TRADING_DATABASE_URL: 'postgres://reader:hunter-reads@db/ploy',
    TRAINING_DATABASE_URL: 'postgres://trainer:hunter-trains@replica/ploy',
  };
  const variablesOf = (given: Record<string, string>) =>
    trainingEnvironment(loadConfig(given, { role: 'terminal' }), given);
  const own = trainerVariables(runbook.training, variablesOf(env));
  expect(own).toEqual({ DATABASE_URL: env.TRAINING_DATABASE_URL });
  const { TRADING_DATABASE_URL } = env;
  for (const shared of [{ TRADING_DATABASE_URL }, { ...env, TRAINING_DATABASE_URL: ' ' }])
    expect(trainerVariables(runbook.training, variablesOf(shared))).toEqual({
      DATABASE_URL: TRADING_DATABASE_URL,
    });
  const printed = withoutSecrets(
    'connecting to postgres://trainer:hunter-trains@replica/ploy with hunter-trains, not hunter-reads',
    secretValues(own, variablesOf(env)),
  );
  expect(printed).not.toMatch(/hunter/);
});
