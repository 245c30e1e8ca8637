import { resolve } from 'node:path';
import { z } from 'zod';
import type { TradingQueries } from '../checks/context/check-context.js';
import type { Config } from '../config/config.js';
import type { Runbook } from '../runbook/runbook.js';
import type { Queryable } from '../store/queryable.js';
import { alike, type Diagnosis, type Examination, ok, QUESTION_TIMEOUT_MS } from './doctor.js';

export interface DatabaseOptions {
  readonly config: Pick<Config, 'databaseUrl' | 'dataDir'>;
  readonly runbook: Pick<Runbook, 'agentId' | 'tables'>;
  readonly trading: TradingQueries | undefined;
  readonly state: Queryable;
}

const stateSchema = z.tuple([
  z.object({ version: z.string(), mayCreate: z.boolean(), locked: z.array(z.string()).nullable() }),
]);

/** The bot's own database: that it answers, and that its role may do there what the bot does. */
export function examineState({ config, state }: DatabaseOptions): Examination {
  const subject = { en: 'state database', 'zh-CN': '状态数据库' };
  return {
    subject,
    wayOut: {
      en: 'Check DATABASE_URL (or the folder DATA_DIR) and that the server answers.',
      'zh-CN': '请检查 DATABASE_URL（或 DATA_DIR 目录），并确认服务器有回应。',
    },
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
      const place =
        config.databaseUrl === undefined
          ? {
              en: `embedded, under ${resolve(config.dataDir)}`,
              'zh-CN': `内置，位于 ${resolve(config.dataDir)}`,
            }
          : alike('DATABASE_URL');
      const answers = ok(subject, {
        en: `PostgreSQL ${version} (${place.en})`,
        'zh-CN': `PostgreSQL ${version}（${place['zh-CN']}）`,
      });
      return [answers, rightsDiagnosis(mayCreate, locked ?? [])];
    },
  };
}

function rightsDiagnosis(mayCreate: boolean, locked: readonly string[]): Diagnosis {
  const subject = { en: 'rights in the state database', 'zh-CN': '状态数据库的权限' };
  const tables = locked.join(', ');
  if (mayCreate && locked.length === 0) {
    return ok(subject, { en: 'may create, read and write', 'zh-CN': '可创建、读取和写入' });
  }
  const seen = mayCreate
    ? { en: `the role may not read and write ${tables}`, 'zh-CN': `该角色无法读写 ${tables}` }
    : { en: 'the role may not create schemas and tables', 'zh-CN': '该角色无法创建模式和表' };
  return {
    subject,
    state: 'fault',
    seen,
    wayOut: {
      en: 'Let one role own the database and the schema lobml (ALTER DATABASE … OWNER TO, ALTER SCHEMA lobml OWNER TO).',
      'zh-CN':
        '请让同一角色拥有该数据库和 lobml 模式（ALTER DATABASE … OWNER TO、ALTER SCHEMA lobml OWNER TO）。',
    },
  };
}

/** The trading database: that each table is there, and that the role may read it. */
export function examineTrading({ trading, runbook }: DatabaseOptions): Examination {
  const subject = { en: 'trading database', 'zh-CN': '交易数据库' };
  return {
    subject,
    wayOut: {
      en: 'Check TRADING_DATABASE_URL; docs/trading-database-role.md tells how to make the role.',
      'zh-CN': '请检查 TRADING_DATABASE_URL；docs/trading-database-role.md 说明如何创建角色。',
    },
    async examine() {
      if (trading === undefined) {
        const seen = {
          en: 'TRADING_DATABASE_URL is not set: every SQL check ends as ERROR',
          'zh-CN': '未设置 TRADING_DATABASE_URL：所有 SQL 检查都会是 ERROR',
        };
        const wayOut = {
          en: 'Set TRADING_DATABASE_URL to a read-only role.',
          'zh-CN': '请将 TRADING_DATABASE_URL 设为只读角色。',
        };
        return [{ subject, state: 'fault', seen, wayOut }];
      }
      const text = `SELECT t.name, to_regclass(t.name) IS NOT NULL AS present,
          CASE WHEN to_regclass(t.name) IS NULL THEN false ELSE has_table_privilege(t.name, 'SELECT') END AS readable
        FROM unnest($1::text[]) AS t(name)`;
      const { rows } = await trading.query({
        text,
        values: [runbook.tables],
        timeoutMs: QUESTION_TIMEOUT_MS,
      });
      return rows.map((row): Diagnosis => {
        const name = String(row['name']);
        const table = { en: `table ${name}`, 'zh-CN': `表 ${name}` };
        if (row['readable'] === true) return ok(table, { en: 'readable', 'zh-CN': '可读' });
        const seen =
          row['present'] === true
            ? { en: 'the role may not read it', 'zh-CN': '该角色无权读取' }
            : { en: 'not there yet', 'zh-CN': '尚不存在' };
        const wayOut = {
          en: `Grant SELECT on it to the bot’s role, or start what writes it (agent ${runbook.agentId}).`,
          'zh-CN': `请授予机器人角色 SELECT 权限，或启动写入它的程序（agent ${runbook.agentId}）。`,
        };
        return { subject: table, state: 'fault', seen, wayOut };
      });
    },
  };
}

/** Each right that the role has and does not need, by the name that a person takes away. */
const RIGHTS_QUERY = `SELECT array_remove(ARRAY[
    CASE WHEN r.rolsuper THEN 'SUPERUSER' END,
    CASE WHEN r.rolcreatedb THEN 'CREATEDB' END,
    CASE WHEN r.rolcreaterole THEN 'CREATEROLE' END,
    CASE WHEN r.rolreplication THEN 'REPLICATION' END,
    CASE WHEN r.rolbypassrls THEN 'BYPASSRLS' END,
    CASE WHEN has_schema_privilege('public', 'CREATE') THEN 'CREATE ON SCHEMA public' END,
    CASE WHEN has_database_privilege(current_database(), 'TEMPORARY') THEN 'TEMPORARY ON DATABASE' END
  ] || (SELECT array_agg('INSERT, UPDATE, DELETE or TRUNCATE ON ' || c.relname ORDER BY c.relname) FROM pg_class c
        WHERE c.relname = ANY($1::text[]) AND c.relkind IN ('r', 'p')
          AND has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')), NULL) AS rights
  FROM pg_roles r WHERE r.rolname = current_user`;

/** The role of the trading database: that it can do nothing but read. */
export function examineTradingRole({ trading, runbook }: DatabaseOptions): Examination {
  const subject = { en: 'trading role', 'zh-CN': '交易数据库角色' };
  const wayOut = {
    en: 'Make the role as docs/trading-database-role.md says, or REVOKE what it does not need.',
    'zh-CN': '请按 docs/trading-database-role.md 创建角色，或用 REVOKE 收回不需要的权限。',
  };
  return {
    subject,
    wayOut,
    async examine() {
      if (trading === undefined) return [];
      const request = { text: RIGHTS_QUERY, values: [runbook.tables], timeoutMs: QUESTION_TIMEOUT_MS };
      const { rows } = await trading.query(request);
      const rights = z.array(z.string()).parse(rows[0]?.['rights'] ?? []);
      if (rights.length === 0)
        return [ok(subject, { en: 'may read, may not write', 'zh-CN': '可读，不可写' })];
      const names = rights.join('; ');
      const seen = { en: `more than read-only: ${names}`, 'zh-CN': `不是只读：${names}` };
      return [{ subject, state: 'warning', seen, wayOut }];
    },
  };
}
