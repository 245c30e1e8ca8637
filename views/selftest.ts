import type { Locale } from '../src/domain/localized.js';
import type { Block, Report } from '../src/domain/report.js';
import type { CaseResult, CheckProof, ProofState, SelfTestReport } from '../src/domain/self-test.js';
import { clip, context, escapeMrkdwn, header, LIMITS, section, within } from './blocks.js';
import { checkSentence } from './check-sentence.js';
import { sentenceAsText } from './moments.js';
import { textFor } from './text/index.js';

const SYMBOL: Readonly<Record<ProofState, string>> = { proved: '✓', unproved: '?', disproved: '✗' };
const ORDER: readonly ProofState[] = ['disproved', 'unproved', 'proved'];

/** The proof of every check: what is not proved first, then each failing case with the verdict that it led to. */
export function selftestView(report: SelfTestReport, locale: Locale, isOneOfSeveral = false): Report {
  const text = textFor(locale).selftest;
  const deciding = report.proofs.filter(({ mode }) => mode === 'deciding');
  const wrong = deciding.filter(({ state }) => state !== 'proved').length;
  const halts = report.halts.filter(({ agrees }) => !agrees);
  const cases = report.proofs.reduce((sum, proof) => sum + proof.cases.length, 0);
  const seconds = (report.durationMs / 1000).toFixed(1);
  const strategy = isOneOfSeveral ? `${report.strategy}: ` : '';
  const title = report.isProved
    ? `✅ ${strategy}${text.proved(deciding.length, cases, seconds)}`
    : `⛔ ${strategy}${wrong > 0 ? text.notProved(wrong, deciding.length) : halts.length > 0 ? text.haltsWrong : text.nothingDecides}`;
  const proofs = ORDER.flatMap((state) => report.proofs.filter((proof) => proof.state === state));
  const blocks = [
    header(title),
    context(text.legend),
    context(text.decide(deciding.length, report.proofs.length)),
    ...report.empty.map((part) => section(`✗ ${escapeMrkdwn(text.empty(part))}`)),
    ...halts.map(({ name, expected, seen }) =>
      section(`✗ ${escapeMrkdwn(text.haltSurprise(name, expected, seen))}`),
    ),
    ...unnoticedBlocks(report, locale),
    ...proofs.map((proof) => section(clip(proofText(proof, locale), LIMITS.section))),
    context(escapeMrkdwn(text.allIn(report.casesFile))),
  ];
  return { text: title, blocks: within(LIMITS.messageBlocks, blocks, textFor(locale).report.report.cut) };
}

/** What could be changed without any case noticing, by check. */
function unnoticedBlocks({ unnoticed, mutants }: SelfTestReport, locale: Locale): readonly Block[] {
  const text = textFor(locale).selftest;
  if (unnoticed.length === 0) return [context(text.allNoticed(mutants))];
  const lines = unnoticed.map(({ checks, change }) =>
    checks.length === 0 ? `? ${text.change(change)}` : `? ${checks.join(', ')}: ${text.change(change)}`,
  );
  const head = `*${text.unnoticed(unnoticed.length, mutants)}*`;
  return [section(clip([head, ...lines.map(escapeMrkdwn)].join('\n'), LIMITS.section))];
}

/** One message that moves while the cases run. */
export function selftestRunningView(done: number, of: number, locale: Locale): Report {
  const text = textFor(locale).selftest.running(done, of);
  return { text, blocks: [section(text)] };
}

function proofText(proof: CheckProof, locale: Locale): string {
  const text = textFor(locale).selftest;
  const trial = proof.mode === 'shadow' ? ` (${text.shadow})` : '';
  const head = `${SYMBOL[proof.state]} *${proof.section} ${escapeMrkdwn(proof.title[locale])}* ${text.state[proof.state]}${trial}`;
  return [head, ...proofLines(proof, locale).map((line) => `   ${escapeMrkdwn(line)}`)].join('\n');
}

function proofLines({ cases }: CheckProof, locale: Locale): readonly string[] {
  const text = textFor(locale).selftest;
  const { verdict, outcome } = textFor(locale).report;
  const has = (expected: CaseResult['expected']) => cases.some((result) => result.expected === expected);
  const surprises = cases.filter(({ agrees }) => !agrees);
  const blocking = cases.filter(({ agrees, expected }) => agrees && expected === 'FAIL');
  return [
    ...surprises.map(({ name, expected, result }) =>
      text.surprise(
        name,
        outcome[expected],
        outcome[result.outcome],
        sentenceAsText(checkSentence(result, locale)),
      ),
    ),
    ...(has('FAIL') ? [] : [text.noFailingCase]),
    ...(has('PASS') ? [] : [text.noPassingCase]),
    ...blocking.map((result) => text.blocks(result.name, verdict[result.verdict])),
  ];
}

/** The answer of `--json`: that of the only strategy, or of each. */
export function selftestJson(reports: readonly SelfTestReport[]): unknown {
  const documents = reports.map(reportJson);
  if (documents.length === 1) return documents[0];
  return { proved: documents.every(({ proved }) => proved), strategies: documents };
}

function reportJson(report: SelfTestReport) {
  const { strategy, runbookSha256, casesFile, isProved, empty, mutants, unnoticed, durationMs } = report;
  const deciding = report.proofs.filter(({ mode }) => mode === 'deciding').length;
  const checks = report.proofs.map(({ check, section, mode, state, cases }) => ({
    id: check,
    section,
    mode,
    state,
    cases: cases.map(({ name, expected, result, verdict, agrees }) => ({
      name,
      expected,
      outcome: result.outcome,
      verdict,
      agrees,
      reason: result.reason,
    })),
  }));
  const spoiled = {
    tried: mutants,
    unproved: unnoticed.map(({ checks, change }) => ({ checks, ...change })),
  };
  const parts = { deciding, empty, halts: report.halts, mutants: spoiled };
  return { strategy, proved: isProved, ...parts, runbookSha256, casesFile, durationMs, checks };
}
