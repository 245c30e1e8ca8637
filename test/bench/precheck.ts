import { randomUUID } from 'node:crypto';
import { startSandbox } from '../../sandbox/sandbox.js';
import { createCheckService } from '../../src/checks/check-service.js';
import { PROBE_KINDS } from '../../src/checks/probe-kinds.js';
import { createRunStore } from '../../src/checks/store/run-store.js';
import { createHost } from '../../src/hosts/kinds/create-host.js';
import type { CheckDefinition } from '../../src/runbook/check-definition.js';
import { loadRunbook } from '../../src/runbook/load-runbook.js';
import type { Runbook } from '../../src/runbook/runbook.js';
import { runbookFiles } from '../../src/runbook/runbook-files.js';
import { loadTargets, type Target } from '../../src/runbook/targets.js';
import { createStatePool } from '../../src/store/state-pool.js';
import { createTradingDatabase } from '../../src/trading/trading-database.js';
import type { Figure } from './figure.js';
import { median, repeat, timed } from './statistics.js';

const RUNS = 15;

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
      const [file = ''] = await runbookFiles(variable(botEnvironment, 'RUNBOOK_FILE'));
      const runbook = await loadRunbook(file, PROBE_KINDS);
      const { targets, defaultTarget } = await loadTargets(variable(botEnvironment, 'TARGETS_FILE'));
      const target = targets.get(defaultTarget);
      if (target === undefined) throw new Error('the sandbox has no default target');
      const runs = createRunStore(pool);
      const parts = { target, trading, runs };
      const runWhole = runsOf(runbook, parts);
      await repeat(2, runWhole);
      const probes = precheckChecks(runbook).map((check) => ({
        id: check.id,
        run: runsOf(only(runbook, check), parts),
        taken: [] as number[],
      }));
      const whole: number[] = [];
      // Alternately, so that other load on the machine affects all of them alike.
      for (let round = 0; round < RUNS; round += 1) {
        whole.push(await timed(runWhole));
        for (const probe of probes) probe.taken.push(await timed(probe.run));
      }
      const [slowest] = probes
        .map(({ id, taken }) => ({ id, ms: median(taken) }))
        .toSorted((one, other) => other.ms - one.ms);
      if (slowest === undefined) throw new Error('the runbook has no precheck');
      say(`the slowest probe alone: ${slowest.id}, ${slowest.ms.toFixed(0)} ms`);
      const bound = { kind: 'within', times: 1.15, plus: 50 } as const;
      return [{ name: 'precheck', ours: median(whole), reference: slowest.ms, unit: 'ms', bound }];
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

/** Runs the prechecks of a runbook, again and again by one service: it remembers the models that it has tried. */
function runsOf(runbook: Runbook, { target, trading, runs }: Parts): () => Promise<unknown> {
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
  return () => service.run({ kind: 'precheck', target, requestedBy });
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
