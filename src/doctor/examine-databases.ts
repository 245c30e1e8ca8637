import { resolve } from 'node:path';
import { z } from 'zod';
import type { TradingQueries } from '../checks/context/check-context.js';
import type { Config } from '../config/config.js';
import type { Diagnosis } from '../domain/diagnosis.js';
import type { Sentence } from '../domain/sentence.js';
import type { Runbook } from '../runbook/runbook.js';
import { openSession, sharesSessions } from '../store/own-session.js';
import type { Queryable } from '../store/queryable.js';
import { readSource, sourceFault } from '../trading/source-state.js';
import { type Examination, ok, QUESTION_TIMEOUT_MS } from './doctor.js';

export interface DatabaseOptions {
  readonly config: Pick<Config, 'databaseUrl' | 'dataDir'>;
  readonly strategies: readonly { readonly runbook: Pick<Runbook, 'agentId' | 'tables'> }[];
  readonly trading: TradingQueries | undefined;
  readonly state: Queryable;
}

const stateSchema = z.tuple([
  z.object({ version: z.string(), mayCreate: z.boolean(), locked: z.array(z.string()).nullable() }),
]);

/** The bot's own database: that it answers, and that its role may do there what the bot does. */
export function examineState({ config, state }: DatabaseOptions): Examination {
  const subject: Sentence = { code: 'subject_state_database', facts: {} };
  return {
    subject,
    wayOut: { code: 'do_check_database_url', facts: {} },
    async examine() {
      const { rows } = await state.query(
        `SELECT current_setting('server_version') AS version,
           has_database_privilege(current_database(), 'CREATE')
             AND has_schema_privilege('lobml', 'USAGE, CREATE') AS "mayCreate",
           (SELECT array_agg(relname::text ORDER BY relname) FROM pg_class
            WHERE relnamespace = 'lobml'::regnamespace AND relkind = 'r'
              AND NOT (has_table_privilege(oid, 'SELECT') AND has_table_privilege(oid, 'INSERT'))) AS locked`,
      );
      const [{ version, mayCreate, locked }] = stateSchema.parse(rows);
      const folder = config.databaseUrl === undefined ? resolve(config.dataDir) : undefined;
      const answers = ok(subject, { code: 'state_answers', facts: { version, folder } });
      return [answers, rightsDiagnosis(mayCreate, locked ?? [])];
    },
  };
}

/** That what the bot holds on a connection is its own: another one notices within seconds that it has died. */
export function examineSessions({ config }: DatabaseOptions): Examination {
  const subject: Sentence = { code: 'subject_state_sessions', facts: {} };
  const wayOut: Sentence = { code: 'do_check_database_url', facts: {} };
  return {
    subject,
    wayOut,
    async examine() {
      const url = config.databaseUrl?.reveal();
      if (url === undefined) return [];
      if (!(await sharesSessions(() => openSession(url))))
        return [ok(subject, { code: 'sessions_own', facts: {} })];
      const facts = { database: 'state', fault: 'sessions_shared', of: {} } as const;
      return [{ subject, state: 'fault', seen: { code: 'database_fault', facts }, wayOut }];
    },
  };
}

function rightsDiagnosis(mayCreate: boolean, locked: readonly string[]): Diagnosis {
  const subject: Sentence = { code: 'subject_state_rights', facts: {} };
  const tables = locked.join(', ');
  if (mayCreate && locked.length === 0) {
    return ok(subject, { code: 'role_may_all', facts: {} });
  }
  const seen: Sentence = mayCreate
    ? { code: 'may_not_use', facts: { tables } }
    : { code: 'may_not_create', facts: {} };
  return {
    subject,
    state: 'fault',
    seen,
    wayOut: { code: 'do_own_database', facts: {} },
  };
}

/** The trading database: that each table is there, and that the role may read it. */
export function examineTrading({ trading, strategies }: DatabaseOptions): Examination {
  const subject: Sentence = { code: 'subject_trading_database', facts: {} };
  return {
    subject,
    wayOut: { code: 'do_check_trading_url', facts: {} },
    async examine() {
      if (trading === undefined) {
        const seen: Sentence = { code: 'trading_url_missing', facts: {} };
        const wayOut: Sentence = { code: 'do_set_trading_url', facts: {} };
        return [{ subject, state: 'fault', seen, wayOut }];
      }
      return tableDiagnoses(trading, tablesOf(strategies), (name) => {
        const reader = strategies.find(({ runbook }) => runbook.tables.includes(name));
        return {
          subject: { code: 'subject_table', facts: { name } },
          wayOut: { code: 'do_grant_select', facts: { agentId: reader?.runbook.agentId ?? '' } },
        };
      });
    },
  };
}

const TABLES_QUERY = `SELECT t.name, to_regclass(t.name) IS NOT NULL AS present,
    CASE WHEN to_regclass(t.name) IS NULL THEN false ELSE has_table_privilege(t.name, 'SELECT') END AS readable,
    CASE WHEN to_regclass(t.name) IS NULL THEN false ELSE row_security_active(t.name) END AS withheld
  FROM unnest($1::text[]) AS t(name)`;

/** Of each table whether it is there, and whether the role may read it, every row. */
export async function tableDiagnoses(
  database: TradingQueries,
  tables: readonly string[],
  about: (table: string) => Pick<Diagnosis, 'subject' | 'wayOut'>,
): Promise<readonly Diagnosis[]> {
  const request = { text: TABLES_QUERY, values: [tables], timeoutMs: QUESTION_TIMEOUT_MS };
  const { rows } = await database.query(request);
  return rows.map((row): Diagnosis => {
    const told = about(String(row['name']));
    if (row['withheld'] === true) {
      const wayOut: Sentence = { code: 'do_show_rows', facts: {} };
      return { ...told, state: 'fault', seen: { code: 'table_withheld', facts: {} }, wayOut };
    }
    if (row['readable'] === true) return ok(told.subject, { code: 'table_readable', facts: {} });
    const code = row['present'] === true ? 'table_refused' : 'table_missing';
    return { ...told, state: 'fault', seen: { code, facts: {} } };
  });
}

const tablesOf = (strategies: DatabaseOptions['strategies']): readonly string[] => [
  ...new Set(strategies.flatMap(({ runbook }) => runbook.tables)),
];

/** Whether the server that answers can know the newest rows. */
export function examineTradingSource({ trading }: DatabaseOptions): Examination {
  const subject: Sentence = { code: 'subject_trading_source', facts: {} };
  const wayOut: Sentence = { code: 'do_use_primary', facts: {} };
  return {
    subject,
    wayOut,
    async examine() {
      if (trading === undefined) return [];
      return [await sourceDiagnosis(trading, { subject, wayOut })];
    },
  };
}

/** Whether a server can know the newest rows, and what stands before it. */
export async function sourceDiagnosis(
  database: TradingQueries,
  about: Required<Pick<Diagnosis, 'subject' | 'wayOut'>>,
): Promise<Diagnosis> {
  const facts = await readSource(database, { timeoutMs: QUESTION_TIMEOUT_MS });
  const seen: Sentence = { code: 'source_is', facts };
  if (sourceFault(facts) !== undefined) return { ...about, state: 'fault', seen };
  const isPlain = !facts.isPooled && (facts.role === 'standby' || !facts.isReadOnly);
  return isPlain ? ok(about.subject, seen) : { ...about, state: 'warning', seen };
}

/** Each right that the role has and does not need, by the name that a person takes away. */
const RIGHTS_QUERY = `SELECT array_remove(ARRAY[
    CASE WHEN r.rolsuper THEN 'SUPERUSER' END,
    CASE WHEN r.rolcreatedb THEN 'CREATEDB' END,
    CASE WHEN r.rolcreaterole THEN 'CREATEROLE' END,
    CASE WHEN r.rolreplication THEN 'REPLICATION' END,
    CASE WHEN r.rolbypassrls AND NOT EXISTS (
      SELECT FROM pg_class c WHERE c.relname = ANY($1::text[]) AND c.relrowsecurity) THEN 'BYPASSRLS' END,
    CASE WHEN has_schema_privilege('public', 'CREATE') THEN 'CREATE ON SCHEMA public' END,
    CASE WHEN has_database_privilege(current_database(), 'TEMPORARY') THEN 'TEMPORARY ON DATABASE' END
  ] || (SELECT array_agg('INSERT, UPDATE, DELETE or TRUNCATE ON ' || c.relname ORDER BY c.relname) FROM pg_class c
        WHERE c.relname = ANY($1::text[]) AND c.relkind IN ('r', 'p')
          AND has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')), NULL) AS rights
  FROM pg_roles r WHERE r.rolname = current_user`;

/** The role of the trading database: that it can do nothing but read. */
export function examineTradingRole({ trading, strategies }: DatabaseOptions): Examination {
  const subject: Sentence = { code: 'subject_trading_role', facts: {} };
  const wayOut: Sentence = { code: 'do_make_trading_role', facts: {} };
  return {
    subject,
    wayOut,
    async examine() {
      if (trading === undefined) return [];
      return [await rightsOfReader(trading, tablesOf(strategies), { subject, wayOut })];
    },
  };
}

/** What a role that should only read may do besides. */
export async function rightsOfReader(
  database: TradingQueries,
  tables: readonly string[],
  about: Required<Pick<Diagnosis, 'subject' | 'wayOut'>>,
): Promise<Diagnosis> {
  const request = { text: RIGHTS_QUERY, values: [tables], timeoutMs: QUESTION_TIMEOUT_MS };
  const { rows } = await database.query(request);
  const rights = z.array(z.string()).parse(rows[0]?.['rights'] ?? []);
  if (rights.length === 0) return ok(about.subject, { code: 'role_may_read', facts: {} });
  const seen: Sentence = { code: 'more_than_read', facts: { rights: rights.join('; ') } };
  return { ...about, state: 'warning', seen };
}
