import { resolve } from 'node:path';
import type { TradingQueries } from '../checks/check-context.js';
import type { Config } from '../config.js';
import type { Host } from '../hosts/host.js';
import type { Runbook } from '../runbook/runbook.js';
import type { Target, TargetHost, Targets } from '../runbook/targets.js';
import type { Queryable } from '../store/queryable.js';
import type { Diagnosis, Examination } from './doctor.js';

export interface ExaminationOptions {
  readonly config: Config;
  readonly runbook: Runbook;
  readonly targets: Targets;
  readonly trading: TradingQueries | undefined;
  readonly state: Queryable;
  readonly hostOf: (settings: TargetHost) => Host;
}

const TIMEOUT_MS = 5_000;

/** Everything the bot depends on, one examination each. */
export function createExaminations(options: ExaminationOptions): readonly Examination[] {
  const { targets } = options;
  return [
    examineConfiguration(options),
    examineSlack(options),
    examineState(options),
    examineTrading(options),
    examineTradingRights(options),
    ...[...targets.targets.values()].flatMap((target) =>
      target.hosts.map((settings) => examineHost(target, settings, options)),
    ),
  ];
}

const ok = (subject: string, seen: string): Diagnosis => ({ subject, state: 'ok', seen, wayOut: '' });

function examineConfiguration({ config, runbook, targets }: ExaminationOptions): Examination {
  const subject = 'configuration';
  return {
    subject,
    wayOut: 'See .env.example.',
    async examine() {
      const checks = runbook.sections.reduce((sum, section) => sum + section.checks.length, 0);
      return [
        ok('runbook', `${resolve(runbook.file)}: ${runbook.strategy}, ${checks} checks`),
        ok('targets', `${resolve(targets.file)}: ${[...targets.targets.keys()].join(', ')}`),
        ...config.tolerated.map(({ variable, message }): Diagnosis => {
          return {
            subject: variable,
            state: 'warning',
            seen: message,
            wayOut: 'Set it before you start the bot.',
          };
        }),
      ];
    },
  };
}

function examineSlack({ config }: ExaminationOptions): Examination {
  const subject = 'Slack';
  return {
    subject,
    wayOut: 'Reinstall the app from manifest.json and copy its tokens again.',
    async examine() {
      if (config.slack === undefined) {
        const wayOut = 'Set SLACK_BOT_TOKEN, and SLACK_APP_TOKEN or SLACK_SIGNING_SECRET, to run the bot.';
        return [{ subject, state: 'warning', seen: 'not configured; the terminal works without it', wayOut }];
      }
      const { WebClient } = await import('@slack/web-api');
      const { apiUrl, botToken } = config.slack;
      const client = new WebClient(botToken.reveal(), {
        ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl }),
        retryConfig: { retries: 0 },
        timeout: TIMEOUT_MS,
      });
      const { user, team } = await client.auth.test();
      return [
        ok(subject, `${user ?? 'the bot'} in ${team ?? 'its workspace'}, by ${config.slack.transport.kind}`),
      ];
    },
  };
}

function examineState({ config, state }: ExaminationOptions): Examination {
  const subject = 'state database';
  return {
    subject,
    wayOut: 'Check DATABASE_URL (or the folder DATA_DIR) and that the server answers.',
    async examine() {
      const { rows } = await state.query<{ version: string }>(
        `SELECT current_setting('server_version') AS version`,
      );
      const place =
        config.databaseUrl === undefined ? `embedded, under ${resolve(config.dataDir)}` : 'DATABASE_URL';
      return [ok(subject, `PostgreSQL ${rows[0]?.version ?? ''} (${place})`)];
    },
  };
}

function examineTrading({ trading, runbook }: ExaminationOptions): Examination {
  const subject = 'trading database';
  return {
    subject,
    wayOut: 'Check TRADING_DATABASE_URL; docs/trading-database-role.md tells how to make the role.',
    async examine() {
      if (trading === undefined) {
        const seen = 'TRADING_DATABASE_URL is not set: every SQL check ends as ERROR';
        return [{ subject, state: 'fault', seen, wayOut: 'Set TRADING_DATABASE_URL to a read-only role.' }];
      }
      const text = `SELECT t.name, to_regclass(t.name) IS NOT NULL AS present,
          CASE WHEN to_regclass(t.name) IS NULL THEN false ELSE has_table_privilege(t.name, 'SELECT') END AS readable
        FROM unnest($1::text[]) AS t(name)`;
      const { rows } = await trading.query({ text, values: [TABLES], timeoutMs: TIMEOUT_MS });
      return rows.map((row): Diagnosis => {
        const table = `table ${String(row['name'])}`;
        if (row['readable'] === true) return ok(table, 'readable');
        const seen = row['present'] === true ? 'the role may not read it' : 'not there yet';
        const wayOut = `Grant SELECT on it to the bot’s role, or start what writes it (agent ${runbook.agentId}).`;
        return { subject: table, state: 'fault', seen, wayOut };
      });
    },
  };
}

const TABLES = ['sync_records', 'pm_token_settlements', 'agent_order_executions', 'risk_gate_decisions'];

function examineTradingRights({ trading }: ExaminationOptions): Examination {
  const subject = 'trading role';
  return {
    subject,
    wayOut: 'Make the role as docs/trading-database-role.md says.',
    async examine() {
      if (trading === undefined) return [];
      const text = `SELECT rolsuper AS super,
          (SELECT bool_or(has_table_privilege(oid, 'INSERT, UPDATE, DELETE, TRUNCATE')) FROM pg_class
           WHERE relname = ANY($1::text[]) AND relkind = 'r') AS writes
        FROM pg_roles WHERE rolname = current_user`;
      const { rows } = await trading.query({ text, values: [TABLES], timeoutMs: TIMEOUT_MS });
      const [role] = rows;
      if (role?.['super'] !== true && role?.['writes'] !== true)
        return [ok(subject, 'may read, may not write')];
      const seen = role['super'] === true ? 'is a superuser' : 'may write to the trading tables';
      return [{ subject, state: 'warning', seen, wayOut: this.wayOut }];
    },
  };
}

function examineHost(target: Target, settings: TargetHost, { hostOf }: ExaminationOptions): Examination {
  const subject = `host ${settings.name} (${target.name})`;
  return {
    subject,
    wayOut: 'Check the host’s entry in the targets file and the rights of the bot’s account there.',
    async examine() {
      const host = hostOf(settings);
      const call = { timeoutMs: TIMEOUT_MS };
      const findings: Diagnosis[] = [];
      for (const { path, optional } of settings.environmentFiles) {
        const file = await host.readFile(path, call);
        if (file !== undefined || optional) continue;
        findings.push({ subject, state: 'fault', seen: `${path} is missing`, wayOut: this.wayOut });
      }
      const status = await host.service.status(call);
      const process = status.mainPid === 0 ? 'no process' : `process ${status.mainPid}`;
      return [...findings, ok(subject, `${host.service.description}: ${status.activeState}, ${process}`)];
    },
  };
}
