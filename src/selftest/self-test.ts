import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { RUN_KINDS } from '../domain/outcome.js';
import { ownValue } from '../domain/own-value.js';
import type { CaseResult, CheckProof, ProofState, SelfTestReport } from '../domain/self-test.js';
import { errnoOf } from '../machine/errno.js';
import { createModelGate } from '../model/model-gate.js';
import type { Runbook } from '../runbook/runbook.js';
import { emptyParts } from './empty-parts.js';
import { type HaltProof, proveHalts } from './halt-cases.js';
import { type CheckCases, casesFileOf, loadCases } from './load-cases.js';
import { MutantPool } from './mutant-pool.js';
import { type CaseOptions, runCase } from './run-case.js';
import type { ScratchDatabase } from './scratch-database.js';

export interface SelfTest {
  /** Told after each case. @throws ConfigurationError for a faulty cases file; UserError without the right to a scratch database */
  run(onProgress?: (done: number, of: number) => void): Promise<SelfTestReport>;
}

interface SelfTestOptions extends Pick<CaseOptions, 'runbook' | 'now' | 'monotonicMs' | 'newRunId'> {
  /** @param tables SQL that creates the tables. */
  readonly createDatabase: (tables: string) => Promise<ScratchDatabase>;
}

/** Holds every check of the runbook against situations with a known outcome, in a scratch database and folder. */
export function createSelfTest(options: SelfTestOptions): SelfTest {
  const { runbook, monotonicMs } = options;
  return {
    async run(onProgress) {
      const startedMs = monotonicMs();
      const casesFile = casesFileOf(runbook.file);
      const cases = await loadCases(casesFile, runbook);
      const database = await options.createDatabase(await readTables(runbook.file));
      const results = new Map<string, CaseResult[]>();
      // The same good model stands in most cases: it is tried once.
      const modelGate = createModelGate({ now: options.now });
      const caseOptions = { ...options, cases, database, modelGate };
      const mutants = new MutantPool(runbook);
      let halting: HaltProof;
      try {
        // One after the other: they share the tables.
        for (const [index, wanted] of cases.cases.entries()) {
          const proved = await runCase(wanted, mutants.concerning(wanted.check), caseOptions);
          results.set(wanted.check, [...(results.get(wanted.check) ?? []), proved.case]);
          mutants.learn(wanted.check, proved);
          onProgress?.(index + 1, cases.cases.length);
        }
        halting = await proveHalts(runbook, cases, database);
      } finally {
        await database.drop();
      }
      const proofs = proofsOf(runbook, results);
      const empty = emptyParts(runbook);
      const deciding = proofs.filter(({ mode }) => mode === 'deciding');
      return {
        strategy: runbook.strategy,
        runbookSha256: runbook.sha256,
        casesFile,
        proofs,
        empty,
        halts: halting.halts,
        mutants: mutants.size + halting.tried,
        unnoticed: [
          ...mutants.unnoticed(),
          ...unlisted(runbook, cases),
          ...halting.unnoticed.map((change) => ({ checks: [], change })),
        ],
        isProved:
          empty.length === 0 &&
          halting.halts.every(({ agrees }) => agrees) &&
          deciding.every(({ state }) => state === 'proved'),
        durationMs: Math.round(monotonicMs() - startedMs),
      };
    },
  };
}

/** Runs and criteria that the cases do not write down: a check that is lost there would be missed by nobody. */
function unlisted(
  { criteria }: Pick<Runbook, 'criteria'>,
  cases: Pick<CheckCases, 'runs' | 'criteria'>,
): SelfTestReport['unnoticed'] {
  return [
    ...RUN_KINDS.filter((run) => cases.runs[run] === undefined).map((run) => ({
      checks: [],
      change: { kind: 'run_checks', run } as const,
    })),
    ...criteria
      .filter(({ id }) => ownValue(cases.criteria, id) === undefined)
      .map(({ id, checks }) => ({ checks, change: { kind: 'criterion_checks', id } as const })),
  ];
}

/** The trading system's tables stand beside the runbook; a strategy whose checks ask no database has none. */
async function readTables(runbookFile: string): Promise<string> {
  try {
    return await readFile(join(dirname(runbookFile), 'tables.sql'), 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return '';
    throw error;
  }
}

function proofsOf(
  runbook: Runbook,
  results: ReadonlyMap<string, readonly CaseResult[]>,
): readonly CheckProof[] {
  return runbook.sections.flatMap((section) =>
    section.checks.map(({ id, title, mode }) => {
      const cases = results.get(id) ?? [];
      return { check: id, section: section.id, title, mode, state: proofState(cases), cases };
    }),
  );
}

function proofState(cases: readonly Pick<CaseResult, 'expected' | 'agrees' | 'hasOwnBounds'>[]): ProofState {
  if (cases.some(({ agrees }) => !agrees)) return 'disproved';
  const isCovered = (['FAIL', 'PASS'] as const).every((outcome) =>
    cases.some(({ expected, hasOwnBounds }) => expected === outcome && !hasOwnBounds),
  );
  return isCovered ? 'proved' : 'unproved';
}
