import { z } from 'zod';
import type { TradingQueries } from '../checks/context/check-context.js';
import type { Config } from '../config/config.js';
import type { Diagnosis } from '../domain/diagnosis.js';
import type { Sentence } from '../domain/sentence.js';
import type { TrainingDefinition } from '../runbook/training.js';
import type { TradingDatabase } from '../trading/trading-database.js';
import { type Examination, ok, QUESTION_TIMEOUT_MS } from './doctor.js';
import { rightsOfReader, sourceDiagnosis, tableDiagnoses } from './examine-databases.js';

type Trained = Pick<TrainingDefinition, 'environment' | 'tables' | 'timeLimitMinutes' | 'runsOn'>;

export interface TrainingDatabaseOptions {
  readonly config: Pick<Config, 'trainingDatabaseUrl' | 'tradingDatabaseUrl' | 'tradingStandbyMaxLagSecs'>;
  readonly strategies: readonly { readonly runbook: { readonly training: Trained | undefined } }[];
  /** As a trainer would, with no settings but those that role and address bring. The caller closes it. */
  readonly openTraining: (options: {
    readonly url: string;
    readonly standbyMaxLagSecs: number | undefined;
  }) => Pick<TradingDatabase, 'query' | 'standbyMaxLagSecs' | 'close'>;
}

const OWN = 'TRAINING_DATABASE_URL';
const SHARED = 'TRADING_DATABASE_URL';
/** Whoever gives trainings an address of their own may let it lead to a standby: long statements are better off there. */
const STANDBY_MAX_LAG_SECS = 300;
/** Between two statements: a trainer that takes longer over one batch is ended, and holds up nobody till then. */
const LEAST_IDLE_MS = 60_000;

/** What the trainers read their data with: that it answers, may be read, is current, and ends no statement too early. */
export function examineTrainingDatabase(options: TrainingDatabaseOptions): Examination {
  const { config, openTraining } = options;
  const subject: Sentence = { code: 'subject_training_database', facts: {} };
  const wayOut: Sentence = { code: 'do_check_training_url', facts: {} };
  return {
    subject,
    wayOut,
    async examine() {
      const trained = options.strategies.flatMap(({ runbook }) =>
        runbook.training ? [runbook.training] : [],
      );
      const sources = new Set(trained.flatMap(({ environment }) => Object.values(environment)));
      const isOwn = sources.has(OWN) && config.trainingDatabaseUrl !== undefined;
      const url = isOwn ? config.trainingDatabaseUrl : config.tradingDatabaseUrl;
      // Without any address the trading database has been told of.
      if (url === undefined || !(sources.has(OWN) || sources.has(SHARED))) return [];
      const standbyMaxLagSecs = isOwn ? STANDBY_MAX_LAG_SECS : config.tradingStandbyMaxLagSecs;
      const database = openTraining({ url: url.reveal(), standbyMaxLagSecs });
      try {
        return [
          await addressDiagnosis(database, isOwn, trained),
          ...(await lookAt(database, trained, isOwn)),
        ];
      } finally {
        await database.close();
      }
    },
  };
}

async function addressDiagnosis(
  database: Pick<TradingDatabase, 'query'>,
  isOwn: boolean,
  trained: readonly Trained[],
): Promise<Diagnosis> {
  const subject: Sentence = { code: 'subject_training_database', facts: {} };
  await database.query({ text: 'SELECT 1 AS one', values: [], timeoutMs: QUESTION_TIMEOUT_MS });
  const places = [...new Set(trained.map(({ runsOn }) => runsOn))].join(', ');
  if (isOwn) return ok(subject, { code: 'training_url_answers', facts: { places } });
  const seen: Sentence = { code: 'training_url_shared', facts: { places } };
  return { subject, state: 'warning', seen, wayOut: { code: 'do_make_training_role', facts: {} } };
}

async function lookAt(
  database: TradingQueries,
  trained: readonly Trained[],
  isOwn: boolean,
): Promise<readonly Diagnosis[]> {
  const tables = [...new Set(trained.flatMap((training) => training.tables))];
  const wayOut: Sentence = { code: 'do_make_training_role', facts: {} };
  return [
    await boundsDiagnosis(database, trained, isOwn),
    ...(await tableDiagnoses(database, tables, (name) => ({
      subject: { code: 'subject_training_table', facts: { name } },
      wayOut,
    }))),
    // The checks' own database is told of by itself.
    ...(isOwn
      ? [
          await sourceDiagnosis(database, {
            subject: { code: 'subject_training_source', facts: {} },
            wayOut: { code: 'do_use_current_training', facts: {} },
          }),
          await rightsOfReader(database, tables, {
            subject: { code: 'subject_training_role', facts: {} },
            wayOut,
          }),
        ]
      : []),
  ];
}

/** What a session begins with, whatever it sets later. In milliseconds; 0: no bound. */
const BOUNDS_QUERY = `SELECT name, reset_val::float8 AS ms FROM pg_settings
  WHERE name IN ('statement_timeout', 'transaction_timeout', 'idle_in_transaction_session_timeout') ORDER BY name`;
const boundSchema = z.object({ name: z.string(), ms: z.number() });

async function boundsDiagnosis(
  database: TradingQueries,
  trained: readonly Trained[],
  isOwn: boolean,
): Promise<Diagnosis> {
  const subject: Sentence = { code: 'subject_training_bounds', facts: {} };
  const { rows } = await database.query({ text: BOUNDS_QUERY, values: [], timeoutMs: QUESTION_TIMEOUT_MS });
  const longestMs = Math.max(...trained.map(({ timeLimitMinutes }) => timeLimitMinutes * 60_000));
  const leastOf = (name: string) =>
    name === 'idle_in_transaction_session_timeout' ? LEAST_IDLE_MS : longestMs;
  const early = rows
    .map((row) => boundSchema.parse(row))
    .filter(({ name, ms }) => ms > 0 && ms < leastOf(name));
  if (early.length === 0) return ok(subject, { code: 'training_unbounded', facts: {} });
  const bounds = early.map(({ name, ms }) => `${name} = ${ms / 1000} s`).join(', ');
  const seen: Sentence = { code: 'training_bounded', facts: { bounds, minutes: longestMs / 60_000 } };
  // An address that was given for it is meant to serve; the checks' own is what it got before.
  return {
    ...{ subject, seen, state: isOwn ? 'fault' : 'warning' },
    wayOut: { code: 'do_make_training_role', facts: {} },
  };
}
