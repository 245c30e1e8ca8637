import { randomUUID } from 'node:crypto';
import { startSandbox } from '../sandbox/sandbox.js';
import { createCheckService } from '../src/checks/check-service.js';
import { createHost } from '../src/hosts/create-host.js';
import { loadRunbook } from '../src/runbook/load-runbook.js';
import type { CheckDefinition, Runbook } from '../src/runbook/runbook.js';
import { loadTargets, type Target } from '../src/runbook/targets.js';
import { createRunStore } from '../src/store/run-store.js';
import { createStatePool } from '../src/store/state-pool.js';
import { createTradingDatabase } from '../src/store/trading-database.js';
import type { Figure } from './figure.js';
import { median, repeat } from './statistics.js';

const RUNS = 15;
const RUNS_ALONE = 7;

/**
 * A whole precheck of two hosts and a database, stored, against its slowest probe when that one runs alone: the
 * checks run at once, so the whole should cost little more.
 */
export const precheck: Figure = {
  id: 'precheck',
  async measure({ folder, say }) {
    say('starting a sandbox: PostgreSQL, two trading hosts, the bot');
    const sandbox = await startSandbox({ folder, port: 0 });
    const { botEnvironment } = sandbox;
    const logger = { warn: (_facts: object, text: string) => say(text) };
    const trading = createTradingDatabase({ url: variable(botEnvironment, 'TRADING_DATABASE_URL'), logger });
    const pool = createStatePool({ url: variable(botEnvironment, 'DATABASE_URL'), logger });
    try {
      const runbook = await loadRunbook(variable(botEnvironment, 'RUNBOOK_FILE'));
      const { targets, defaultTarget } = await loadTargets(variable(botEnvironment, 'TARGETS_FILE'));
      const target = targets.get(defaultTarget);
      if (target === undefined) throw new Error('the sandbox has no default target');
      const runs = createRunStore(pool);
      const measure = (part: Runbook, times: number) => medianOf(part, times, { target, trading, runs });

      await measure(runbook, 2);
      const alone = new Map<string, number>();
      for (const check of precheckChecks(runbook))
        alone.set(check.id, await measure(only(runbook, check), RUNS_ALONE));
      const [slowest] = [...alone].toSorted(([, a], [, b]) => b - a);
      if (slowest === undefined) throw new Error('the runbook has no precheck');
      say(`the slowest probe alone: ${slowest[0]}, ${slowest[1].toFixed(0)} ms`);
      const whole = await measure(runbook, RUNS);
      const bound = { kind: 'within', times: 1.15, plus: 50 } as const;
      return [{ name: 'precheck', ours: whole, reference: slowest[1], unit: 'ms', bound }];
    } finally {
      await Promise.all([trading.close(), pool.end()]);
      await sandbox.close();
    }
  },
};

interface Parts {
  readonly target: Target;
  readonly trading: ReturnType<typeof createTradingDatabase>;
  readonly runs: ReturnType<typeof createRunStore>;
}

async function medianOf(runbook: Runbook, times: number, { target, trading, runs }: Parts): Promise<number> {
  const service = createCheckService({
    runbook,
    hostOf: (settings) => createHost(settings, { files: [] }),
    trading,
    saveRun: (run) => runs.save(run),
    onStoreError: (error) => {
      throw error;
    },
    now: () => new Date(),
    monotonicMs: () => performance.now(),
    newRunId: randomUUID,
  });
  const requestedBy = { id: 'bench', name: 'bench', surface: 'terminal' } as const;
  return median(await repeat(times, () => service.run({ kind: 'precheck', target, requestedBy })));
}

const precheckChecks = ({ sections }: Runbook): readonly CheckDefinition[] =>
  sections.filter(({ kinds }) => kinds.includes('precheck')).flatMap(({ checks }) => checks);

/** The runbook with one check left, and no chart: a chart is no part of a probe. */
function only(runbook: Runbook, { id }: CheckDefinition): Runbook {
  const sections = runbook.sections.map((section) => ({
    ...section,
    checks: section.checks.filter((check) => check.id === id),
  }));
  return { ...runbook, sections, charts: [] };
}

function variable(environment: Readonly<Record<string, string>>, name: string): string {
  const value = environment[name];
  if (value === undefined) throw new Error(`the sandbox does not set ${name}`);
  return value;
}
