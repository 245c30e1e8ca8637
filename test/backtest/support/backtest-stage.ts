import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StoredRuns } from '../../../src/backtest/compare-stored.js';
import { type Backtester, createBacktester } from '../../../src/backtest/create-backtester.js';
import type { TradingQueries } from '../../../src/checks/context/check-context.js';
import { PROBE_KINDS } from '../../../src/checks/probe-kinds.js';
import type { BacktestWish } from '../../../src/domain/backtest.js';
import { createHost } from '../../../src/hosts/kinds/create-host.js';
import { loadRunbook } from '../../../src/runbook/load-runbook.js';
import type { Runbook } from '../../../src/runbook/runbook.js';
import { parseTargets, type Target } from '../../../src/runbook/targets.js';

export interface BacktestStage {
  readonly backtester: Backtester;
  readonly runbook: Runbook;
  readonly target: Target;
  /** What failed for a reason without a code: what the log would hold. */
  readonly unforeseen: readonly string[];
  remove(): Promise<void>;
}

interface StageOptions {
  readonly trading: TradingQueries;
  /** The moment up to which is looked back; the trading database's own clock unless given. */
  readonly asOf?: Date;
  readonly storedRuns?: StoredRuns;
  readonly accountId?: string;
  /** Variables in the place of the usual ones. */
  readonly environment?: Readonly<Record<string, string>>;
  /** What other targets of the file read. */
  readonly others?: readonly { readonly accountId: string; readonly dryRun: boolean }[];
  readonly pause?: (ms: number) => Promise<void>;
}

/** The shipped runbook over a trading database, and a host made of files. */
export async function createBacktestStage(options: StageOptions): Promise<BacktestStage> {
  const { trading, asOf, storedRuns, accountId = 'acct-live', pause = async () => {} } = options;
  const folder = await mkdtemp(join(tmpdir(), 'lobml-backtest-'));
  const runbook = await loadRunbook('runbooks/crypto_lob_ml/runbook.yaml', PROBE_KINDS);
  const usual = { ENABLED: 'true', MODEL_VERSION: 'v2', WINDOW_FALLBACK_WEIGHT: '0.10' };
  const environment = { ...usual, ...options.environment };
  const lines = Object.entries(environment).map(([name, value]) => `${runbook.envPrefix}${name}=${value}\n`);
  await writeFile(join(folder, 'env'), lines.join(''));
  await writeFile(
    join(folder, 'status'),
    'ActiveState=active\nSubState=running\nMainPID=4242\nNRestarts=0\nExecMainStatus=0\nActiveEnterTimestamp=2020-01-01T00:00:00Z\n',
  );
  const service = {
    manager: 'command',
    status: ['cat', join(folder, 'status')],
    logs: ['true'],
    environ: ['cat', join(folder, 'env')],
    restart: ['false'],
    stop: ['false'],
  };
  const source = {
    defaultTarget: 'live',
    roles: { operators: ['U0'] },
    targets: {
      live: {
        hosts: [{ name: 'live-1', service, environmentFiles: [join(folder, 'env')] }],
        approval: { quorum: 1 },
        accountId,
      },
    },
  };
  const target = parseTargets('the stage', Buffer.from(JSON.stringify(source))).targets.get('live');
  if (target === undefined) throw new Error('the stage has no target');
  const all = [
    target,
    ...(options.others ?? []).map((other, index) => ({ ...target, ...other, name: `${index}` })),
  ];
  const unforeseen: string[] = [];
  return {
    runbook,
    target,
    unforeseen,
    backtester: createBacktester({
      runbook,
      hostOf: (settings) => createHost(settings),
      trading,
      targets: { targets: new Map(all.map((one) => [one.name, one])) },
      ...(asOf && { asOf: async () => asOf }),
      now: () => new Date(),
      ...(storedRuns && { storedRuns: () => storedRuns }),
      monotonicMs: () => performance.now(),
      pause,
      onProbeError: (check, error) => void unforeseen.push(`${check}: ${error}`),
    }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

export const aWish = (wish: Partial<BacktestWish> = {}): BacktestWish => ({
  target: 'live',
  days: 2,
  everySecs: 3_600,
  set: {},
  checks: [],
  ...wish,
});
