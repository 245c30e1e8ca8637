import type { CheckRun } from '../src/domain/check-run.js';
import type { CriterionResult, Standing } from '../src/domain/criterion.js';
import type { Locale } from '../src/domain/localized.js';
import type { Outcome } from '../src/domain/outcome.js';
import type { Block } from '../src/domain/report.js';
import { checkSentence } from './check-sentence.js';
import { sentenceParts } from './moments.js';
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
      rows: [head, ...rows].map((row) => row.map(cellOf)),
    },
  ];
}

/** Words as they stand; with a moment in them, so that Slack shows each reader their own zone, as in the rest of the report. */
function cellOf(sentence: string): Block {
  const parts = sentenceParts(sentence, EVIDENCE_LENGTH);
  if (parts.every((part) => 'text' in part))
    return { type: 'raw_text', text: parts.map((part) => ('text' in part ? part.text : '')).join('') || ' ' };
  const elements = parts.map((part) =>
    'text' in part
      ? { type: 'text', text: part.text }
      : {
          type: 'date',
          timestamp: Math.floor(Date.parse(part.at) / 1000),
          format: '{time_secs}',
          fallback: part.fallback,
        },
  );
  return { type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] };
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
  const sentences = new Set(telling.map((check) => checkSentence(check, locale)));
  return [...sentences].join(' · ') || textFor(locale).decision.noEvidence;
}
