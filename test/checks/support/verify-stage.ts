import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTradingSchema } from '../../../sandbox/host/trading-data/seed.js';
import { type CheckServiceOptions, createCheckService } from '../../../src/checks/check-service.js';
import { PROBE_KINDS } from '../../../src/checks/probe-kinds.js';
import type { CheckResult, CheckRun } from '../../../src/domain/check-run.js';
import { NO_DRILLS } from '../../../src/domain/drill.js';
import type { RunKind } from '../../../src/domain/outcome.js';
import { createHost } from '../../../src/hosts/kinds/create-host.js';
import { loadRunbook } from '../../../src/runbook/load-runbook.js';
import { parseTargets } from '../../../src/runbook/targets.js';
import { createTradingDatabase, type TradingDatabaseOptions } from '../../../src/trading/trading-database.js';
import { createEmptyDatabase, type TestDatabase } from '../../support/database.js';
import { refuseUnknownColumns } from './file-stage.js';

export const NOW = new Date('2026-03-01T12:00:00.000Z');
export const secondsAgo = (seconds: number): Date => new Date(NOW.getTime() - seconds * 1000);

const ENVIRONMENT = {
  ENABLED: 'true',
  MODEL_TYPE: 'onnx',
  MODEL_PATH: '/opt/ploy/models/crypto/new.onnx',
  MODEL_VERSION: 'v2',
  WINDOW_FALLBACK_WEIGHT: '0.10',
};

/** What is written about one host of the stage; each key replaces the usual. */
export interface HostSituation {
  readonly environment?: Readonly<Record<string, string>>;
  /** Where the process differs from the file. */
  readonly process?: Readonly<Record<string, string>>;
  readonly status?: Readonly<Record<string, string | number>>;
  readonly log?: readonly string[];
  /** What the host's command tells of the present process. */
  readonly current?: string;
  /** A clock of the host's own, ahead of `NOW` by so much; without one it is the bot's. */
  readonly aheadSecs?: number;
}

export interface Stage {
  readonly database: TestDatabase;
  readonly folder: string;
  writeHost(name: string, situation: HostSituation): Promise<void>;
  run(kind: RunKind, options?: StageRun): Promise<CheckRun>;
  close(): Promise<void>;
}

export interface StageRun
  extends Partial<Pick<CheckServiceOptions, 'passedWindows' | 'sleep' | 'now' | 'asOf'>> {
  readonly hosts?: readonly string[];
  /** Whether the hosts have clocks of their own. */
  readonly clocks?: boolean;
  readonly stateMoment?: CheckServiceOptions['stateMoment'];
  readonly accountId?: string;
  /** What other targets of the file read. */
  readonly others?: readonly { readonly accountId: string; readonly dryRun: boolean }[];
  /** Only the checks with these ids, and no criteria. */
  readonly only?: readonly string[];
  /** All but the checks with these ids. */
  readonly without?: readonly string[];
}

/**
 * A trading database, and hosts made of files whose service answers what stands in them.
 * @param asked what the checks ask in the place of that database, e.g. a standby
 */
export async function createStage(
  asked: Partial<Pick<TradingDatabaseOptions, 'url' | 'standbyMaxLagSecs'>> = {},
): Promise<Stage> {
  const database = await createEmptyDatabase();
  await createTradingSchema(database.pool);
  const trading = createTradingDatabase({ url: database.url, ...asked, logger: { warn: () => {} } });
  const folder = await mkdtemp(join(tmpdir(), 'lobml-verify-'));
  const runbook = await loadRunbook('runbooks/crypto_lob_ml/runbook.yaml', PROBE_KINDS);
  const path = (host: string, file: string) => join(folder, `${host}.${file}`);

  return {
    database,
    folder,
    async writeHost(name, { environment = {}, process = {}, status = {}, log, current = '', aheadSecs }) {
      const file = { ...ENVIRONMENT, ...environment };
      const unit = { ...RUNNING, ...status };
      const lines = (values: Record<string, string>, end: string) =>
        Object.entries(values).map(([key, value]) => `${runbook.envPrefix}${key}=${value}${end}`);
      await writeFile(path(name, 'env'), lines(file, '\n').join(''));
      await writeFile(path(name, 'environ'), lines({ ...file, ...process }, '\0').join(''));
      if (aheadSecs !== undefined)
        await writeFile(path(name, 'clock'), `${(NOW.getTime() / 1000 + aheadSecs).toFixed(3)}\n`);
      await writeFile(
        path(name, 'status'),
        Object.entries(unit)
          .map((pair) => `${pair.join('=')}\n`)
          .join(''),
      );
      await writeFile(path(name, 'current'), current);
      await writeFile(
        path(name, 'log'),
        (log ?? [loadedLine(file.MODEL_PATH)]).map((line) => `${line}\n`).join(''),
      );
    },
    async run(
      kind,
      { hosts = ['live-1'], accountId, clocks = false, others = [], only, without = [], ...options } = {},
    ) {
      const target = targetOf(hosts, path, accountId, clocks);
      const all = [
        target,
        ...others.map((other, index) => ({ ...target, ...other, name: `other-${index}` })),
      ];
      const sections = runbook.sections.map((section) => ({
        ...section,
        checks: section.checks.filter(
          ({ id }) => (only ?? [id]).includes(id) && ![WHAT_RUNS, ...without].includes(id),
        ),
      }));
      const service = createCheckService({
        runbook: { ...runbook, sections, criteria: only === undefined ? runbook.criteria : [], charts: [] },
        hostOf: (settings) => createHost(settings),
        trading,
        targets: { targets: new Map(all.map((one) => [one.name, one])) },
        saveRun: async () => {},
        onStoreError: () => {},
        onChartError: () => {},
        drillFacts: async () => ({ ...NO_DRILLS, never: false, days: 1 }),
        now: () => NOW,
        asOf: async () => NOW,
        monotonicMs: () => performance.now(),
        newRunId: () => '00000000-0000-4000-8000-000000000001',
        ...options,
      });
      const requestedBy = { id: 'U0ALICE', name: 'alice', surface: 'terminal' } as const;
      const { run } = await service.run({ kind, target, requestedBy });
      refuseUnknownColumns(runbook, run);
      return run;
    },
    async close() {
      await trading.close();
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** It looks at a real process and its files, and has tests of its own; no host of this stage has one. */
const WHAT_RUNS = 'service.current';

const RUNNING = {
  ActiveState: 'active',
  SubState: 'running',
  MainPID: 4242,
  NRestarts: 0,
  ExecMainStatus: 0,
  InvocationID: '0f0e0d0c0b0a09080706050403020100',
  ActiveEnterTimestamp: secondsAgo(7200).toISOString(),
};

export const loadedLine = (modelPath: string | undefined, at = secondsAgo(7199)): string =>
  `${at.toISOString()} INFO loaded lob-ml onnx model model_type=onnx model_path=${modelPath} input_dim=8 output_dim=1`;

function targetOf(
  hosts: readonly string[],
  path: (host: string, file: string) => string,
  accountId: string | undefined,
  clocks: boolean,
) {
  const hostSources = hosts.map((name) => ({
    name,
    service: {
      manager: 'command',
      status: ['cat', path(name, 'status')],
      logs: ['cat', path(name, 'log')],
      environ: ['cat', path(name, 'environ')],
      current: ['cat', path(name, 'current')],
      restart: ['false'],
      stop: ['false'],
      clock: clocks ? ['cat', path(name, 'clock')] : undefined,
    },
    environmentFiles: [path(name, 'env')],
  }));
  const account = accountId === undefined ? {} : { accountId };
  const source = {
    defaultTarget: 'live',
    roles: { operators: ['U0'] },
    targets: { live: { hosts: hostSources, approval: { quorum: 1 }, ...account } },
  };
  const target = parseTargets('the stage', Buffer.from(JSON.stringify(source))).targets.get('live');
  if (target === undefined) throw new Error('the stage has no target');
  return target;
}

export function resultOf(run: CheckRun, id: string): CheckResult {
  const result = run.checks.find((check) => check.id === id);
  if (result === undefined) throw new Error(`the run holds no check ${id}`);
  return result;
}
