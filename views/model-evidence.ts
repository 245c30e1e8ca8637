import type { CheckRun, ObservedRow } from '../src/domain/check-run.js';
import type { Locale } from '../src/domain/localized.js';
import type { ReleasePlan } from '../src/domain/release-plan.js';
import type { Block } from '../src/domain/report.js';
import { section } from './blocks.js';
import { slackTime } from './moments.js';
import { textFor } from './text/index.js';
import { metricLines } from './train-metrics.js';

/** What approvers judge a new model by: its metrics beside those of the one that runs, and the data that it learned from. */
export function modelEvidenceBlocks(
  { model }: Pick<ReleasePlan, 'model'>,
  run: Pick<CheckRun, 'checks'> | undefined,
  locale: Locale,
): readonly Block[] {
  if (model === undefined || run === undefined) return [];
  const text = textFor(locale).release.plan;
  const row = run.checks
    .filter(({ evidence }) => evidence.probe === 'model')
    .flatMap(({ observed }) => observed)
    .find(({ sha256 }) => sha256 === model.sha256);
  const lines = row === undefined ? [] : [...metricLines(row, locale), ...trainingData(row, locale)];
  // Silence would read as nothing wrong with it.
  return [
    section([`*${text.evidence}*`, ...(lines.length > 0 ? lines : [`⚠ ${text.noEvidence}`])].join('\n')),
  ];
}

/** The data that a model was trained on, as far as its meta.json tells. */
export function trainingData(row: ObservedRow, locale: Locale): readonly string[] {
  const text = textFor(locale).train;
  const [from, to] = [momentOf(row, 'trained_from'), momentOf(row, 'trained_to')];
  const { rows } = row;
  if (typeof rows === 'number' && rows > 0 && from !== undefined && to !== undefined)
    return [text.data(rows.toLocaleString('en'), from, to)];
  const until = to ?? momentOf(row, 'trained_at');
  return until === undefined ? [] : [text.dataUntil(until)];
}

function momentOf(row: ObservedRow, column: string): string | undefined {
  const at = row[column];
  return typeof at === 'string' && at !== '' ? slackTime(at, 'date_short_pretty') : undefined;
}
