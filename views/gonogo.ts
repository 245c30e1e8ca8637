import type { Block } from '../src/conversation/subcommand.js';
import type { CheckRun } from '../src/domain/check-run.js';
import type { CriterionResult, Standing } from '../src/domain/criterion.js';
import type { Locale } from '../src/domain/localized.js';
import type { Outcome } from '../src/domain/outcome.js';
import { clip } from './blocks.js';
import { checkSentence } from './check-sentence.js';
import { sentenceAsText } from './moments.js';
import { textFor } from './text/index.js';

const EVIDENCE_LENGTH = 110;

const STANDING: Readonly<Record<Outcome, Standing>> = {
  PASS: 'pass',
  WARN: 'warn',
  FAIL: 'fail',
  INCONCLUSIVE: 'unknown',
  ERROR: 'unknown',
  SKIPPED: 'unknown',
};

/** The criteria of the decision as a table: what must be met, then what must be absent; nothing without criteria. */
export function criteriaBlocks(run: CheckRun, locale: Locale): readonly Block[] {
  const { criteria = [] } = run;
  if (criteria.length === 0) return [];
  const text = textFor(locale).decision;
  const ordered = [
    ...criteria.filter(({ kind }) => kind === 'go'),
    ...criteria.filter(({ kind }) => kind === 'no_go'),
  ];
  const rows = ordered.map((criterion) => [
    `${criterion.kind === 'go' ? 'Go' : 'No-Go'} · ${criterion.title[locale]}`,
    criterionStanding(criterion, locale),
    evidenceOf(criterion, run, locale),
  ]);
  const head = [text.criterion, text.result, text.evidence];
  return [
    {
      type: 'table',
      block_id: 'criteria',
      column_settings: [{ is_wrapped: true }, { is_wrapped: true }, { is_wrapped: true }],
      rows: [head, ...rows].map((row) => row.map((cell) => ({ type: 'raw_text', text: cell }))),
    },
  ];
}

/** `✓ met`, `✗ present` and the like. */
function criterionStanding({ kind, outcome }: CriterionResult, locale: Locale): string {
  const { goStanding, noGoStanding } = textFor(locale).decision;
  return (kind === 'go' ? goStanding : noGoStanding)[STANDING[outcome]];
}

/** What its worst checks say. */
function evidenceOf(criterion: CriterionResult, run: CheckRun, locale: Locale): string {
  // In the criterion's own order: what names it comes first, and what is cut off comes last.
  const own = criterion.checks.flatMap((id) => run.checks.find((check) => check.id === id) ?? []);
  const telling = own.filter(({ outcome }) => outcome === criterion.outcome);
  const sentences = new Set(telling.map((check) => sentenceAsText(checkSentence(check, locale))));
  return clip([...sentences].join(' · ') || textFor(locale).decision.noEvidence, EVIDENCE_LENGTH);
}
