import type { CheckResult, CheckRun } from '../src/domain/check-run.js';
import type { CriterionResult } from '../src/domain/criterion.js';
import type { Locale } from '../src/domain/localized.js';
import { checkSentence } from './check-sentence.js';
import { sentenceAsText } from './moments.js';

/** The fixed JSON of a run (`--json`). */
export function runJson(run: CheckRun, locale: Locale) {
  return {
    runId: run.runId,
    strategy: run.strategy,
    target: run.target,
    kind: run.kind,
    verdict: run.verdict,
    asOf: run.asOf,
    validUntil: run.validUntil,
    durationMs: run.durationMs,
    checks: run.checks.map((check) => checkJson(check, locale)),
    ...(run.criteria === undefined
      ? {}
      : { criteria: run.criteria.map((one) => criterionJson(one, locale)) }),
  };
}

function checkJson(check: CheckResult, locale: Locale) {
  const { id, section, mode, outcome, observed, expected, durationMs } = check;
  return {
    id,
    section,
    title: check.title[locale],
    mode,
    outcome,
    observed,
    expected,
    message: sentenceAsText(checkSentence(check, locale)),
    durationMs,
  };
}

const criterionJson = ({ id, kind, title, checks, outcome }: CriterionResult, locale: Locale) => ({
  id,
  kind,
  title: title[locale],
  outcome,
  checks,
});
