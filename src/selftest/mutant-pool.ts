import type { CheckDefinition } from '../runbook/check-definition.js';
import type { Runbook } from '../runbook/runbook.js';
import { conditionMutants } from './condition-mutants.js';
import { CONDITIONS, type Mutant } from './mutant.js';
import type { ProvedCase } from './run-case.js';
import { startLogMutants } from './start-log-mutants.js';
import { statementMutants } from './statement-mutants.js';
import { canTellApart, type Sight } from './tell-apart.js';
import { variableMutants } from './variable-mutants.js';

/** The spoiled copies of a runbook's deciding checks, until a case notices them. */
export class MutantPool {
  readonly size: number;
  readonly #runbook: Runbook;
  readonly #living: Set<Mutant>;
  readonly #sights = new Map<string, Sight[]>();

  constructor(runbook: Runbook) {
    this.#runbook = runbook;
    const checks = decidingChecks(runbook);
    const ofConditions = checks.flatMap((check) => conditionMutants(check, runbook));
    this.#living = new Set([
      ...ofConditions,
      ...statementMutants(checks, runbook.params),
      ...variableMutants(checks, runbook),
      ...startLogMutants(checks, runbook),
    ]);
    this.size = this.#living.size;
  }

  /** Those of a check that no case has noticed yet. */
  concerning(check: string): readonly Mutant[] {
    return [...this.#living].filter(({ checks }) => checks.includes(check));
  }

  learn(check: string, { noticed, sight }: Pick<ProvedCase, 'noticed' | 'sight'>): void {
    for (const mutant of noticed) this.#living.delete(mutant);
    if (sight !== undefined) this.#sights.set(check, [...(this.#sights.get(check) ?? []), sight]);
  }

  /** What no case has noticed, without what nothing could. */
  unnoticed(): readonly Mutant[] {
    const checks = new Map(decidingChecks(this.#runbook).map((check) => [check.id, check]));
    return [...this.#living].filter(({ looksAgain, checks: [id = ''], apply }) => {
      const check = checks.get(id);
      if (looksAgain || check === undefined) return true;
      return canTellApart(check, apply(check, this.#runbook), this.#sights.get(id) ?? [], wordsOf(check));
    });
  }
}

const WORDS = /"((?:\\.|[^"\\])*)"|'((?:\\.|[^'\\])*)'|\b\d+(?:\.\d+)?|\bnull\b/g;

/** The values that its conditions name: numbers, texts and null. An empty text is tried only where a case holds one. */
function wordsOf(check: CheckDefinition): readonly (number | string | null)[] {
  const text = CONDITIONS.map((name) => check[name]?.text ?? '').join(' ');
  const words = [...text.matchAll(WORDS)].map(([word, double, single]) => {
    if (word === 'null') return null;
    return double ?? single ?? Number(word);
  });
  return words.filter((word) => word !== '');
}

const decidingChecks = ({ sections }: Runbook): readonly CheckDefinition[] =>
  sections.flatMap(({ checks }) => checks.filter(({ mode }) => mode === 'deciding'));
