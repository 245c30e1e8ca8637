import type { EvidenceVerdict, EvidenceWritten } from '../src/domain/evidence.js';
import type { Locale } from '../src/domain/localized.js';
import type { Report } from '../src/domain/report.js';
import { escapeMrkdwn, section, typed } from './blocks.js';
import { textFor } from './text/index.js';

const report = (lines: readonly string[]): Report => ({
  text: lines.join(' '),
  blocks: [section(lines.join('\n'))],
});

/** Where it stands, and what a reader of it needs by another way. */
export function evidenceWrittenView(
  { evidence, folder, files, fingerprint }: EvidenceWritten,
  locale: Locale,
): Report {
  const text = textFor(locale).evidence;
  const missing = evidence.documents
    .filter(({ kept }) => kept === undefined)
    .map(({ kind, sha256 }) => text.notKeptHere(text.documentKind[kind], sha256));
  const gone = evidence.missingRuns.map((runId) => text.runMissing(runId));
  return report([
    `✓ ${escapeMrkdwn(text.written(text.kind[evidence.kind], files, folder.folder))}`,
    ...[...missing, ...gone].map((line) => `⚠ ${escapeMrkdwn(line)}`),
    text.fingerprint(fingerprint),
  ]);
}

/** Whether a folder holds, and else what is wrong with it, file by file. */
export function evidenceVerdictView(verdict: EvidenceVerdict, locale: Locale): Report {
  const text = textFor(locale).evidence;
  const { about, faults, files, fingerprint, isKeyNamed } = verdict;
  const signed = fingerprint === undefined ? [] : [text.signed(fingerprint)];
  if (faults.length > 0 || about === undefined) {
    const told = faults.map(
      (fault) => text.fault[fault.code]?.('path' in fault ? fault.path : '') ?? fault.code,
    );
    return report([`✗ ${text.broken}`, ...told.map((line) => `✗ ${escapeMrkdwn(line)}`), ...signed]);
  }
  return report([
    `✓ ${escapeMrkdwn(text.holds(text.kind[about.kind], about.id, files))}`,
    ...signed,
    ...(isKeyNamed ? [] : [`⚠ ${text.keyOfFolder}`]),
  ]);
}

/** A folder cannot be had in Slack. */
export const evidenceInTerminalView = (id: string, locale: Locale): Report =>
  report([textFor(locale).evidence.inTerminal(typed(id).slice(1, -1))]);
