import type { MetricName } from '../../../src/domain/model-metrics.js';
import type { TrainingFailureCode } from '../../../src/domain/training.js';
import { whyUnusable } from './model-faults.js';
import type { Facts } from './report.js';

const failure: Readonly<Record<TrainingFailureCode, (fact: Facts) => string>> = {
  not_started: (fact) =>
    `The trainer could not be started (${fact('code')}). Check the command and its folder in the runbook.`,
  trainer_failed: (fact) => `The trainer ended with ${fact('exit')}. Its log says why.`,
  timed_out: (fact) =>
    `The trainer was ended after ${fact('minutes')} minutes, its limit (\`timeLimitMinutes\` in the runbook). Raise it, or ask for less data, and train again.`,
  lost: () => 'The trainer vanished without a word, perhaps with its machine. Start it again.',
  host_away: (fact) =>
    `The host ${fact('host')} has not answered for ${fact('minutes')} minutes. The trainer was ended there by its time limit; what it wrote was not fetched.`,
  host_unfit: (fact) =>
    fact('said') === ''
      ? `The host ${fact('host')} lacks what a training over ssh needs: ${fact('missing')}. Nothing was started.`
      : `The host ${fact('host')} runs no shell for the bot’s key, which a training over ssh needs: it said “${fact('said')}”. Perhaps the key has a forced command.`,
  not_fetched: (fact) =>
    fact('code') === 'changed'
      ? `${fact('file')} changed on its host while it was copied, so it was refused. Train again.`
      : `${fact('file')} could not be written on the bot’s machine (${fact('code')}).`,
  no_model: () => 'The trainer ended well but wrote no model.',
  no_meta: () => 'The trainer wrote a model but no meta.json, so nothing is known of it.',
  output_not_a_file: (fact) => `The trainer wrote ${fact('file')} as something else than a plain file.`,
  output_too_large: (fact) => `The trainer wrote ${fact('file')} larger than ${fact('most')} MiB.`,
  meta_unreadable: (fact) =>
    `The meta.json of the model cannot be read: ${whyUnusable(fact('because'), fact('found'))}.`,
  wrong_horizon: (fact) => `The model is for ${fact('said')}, but ${fact('wanted')} was asked for.`,
  not_staged: (fact) =>
    fact('code') === 'changed'
      ? 'The model or its meta.json is not what the gate has judged any more. Train again.'
      : `The model is fit, but ${fact('folder')} could not be written (${fact('code')}).`,
};

/** The prose of trainings. Times and people come ready to print. */
export const train = {
  title: {
    live: (horizon: string, strategy: string) => `Training ${horizon} · ${strategy}`,
    finished: (horizon: string, strategy: string) => `Model trained · ${horizon} · ${strategy}`,
    held: (horizon: string, strategy: string) => `Model trained, gate undecided · ${horizon} · ${strategy}`,
    modelRefused: (horizon: string, strategy: string) => `Model refused · ${horizon} · ${strategy}`,
    refused: (horizon: string, strategy: string) => `Training not started · ${horizon} · ${strategy}`,
    failed: (horizon: string, strategy: string) => `Training failed · ${horizon} · ${strategy}`,
    cancelled: (horizon: string, strategy: string) => `Training cancelled · ${horizon} · ${strategy}`,
  },
  by: (who: string, when: string) => `by ${who} · ${when}`,
  lookback: (hours: number) => `data of the last ${hours} h`,
  /** Units of a span of time. */
  unit: { hour: 'h', minute: 'min', second: 's' },
  took: (time: string) => `took ${time}`,
  checking: 'Looking at the data first (2.2)…',
  starting: 'The trainer is starting…',
  judging: 'The trainer is done. The gate is trying the model…',
  away: (host: string) =>
    `${host} does not answer now. A trainer that runs there goes on; it is asked again.`,
  elapsed: (time: string) => `${time} so far`,
  left: (time: string) => `about ${time} left`,
  cancelling: (who: string) => `${who} has cancelled it: the trainer is being ended…`,
  cancelledBy: (who: string) => `Cancelled by ${who}. The trainer has ended.`,
  nothingStaged: 'Nothing was staged; what runs is untouched.',
  override: (who: string, why: string) => `${who} started it although the data checks did not pass: ${why}`,
  whatStops: 'What stops it',
  gate: 'Model gate',
  /** @param tried how many inputs; @param typical how many of them are the market's own */
  fit: (tried: string, typical: string, least: string, most: string) =>
    `It loads, and answers ${tried} inputs (${typical} of them from the market) with probabilities from ${least} to ${most}.`,
  staged: (name: string, target: string) => `Staged as ${name} for ${target}.`,
  notStaged: 'The model was not staged: it cannot be deployed.',
  metric: { accuracy: 'Accuracy', brier: 'Brier score', logLoss: 'Log loss', auc: 'AUC' } satisfies Readonly<
    Record<MetricName, string>
  >,
  metricHead: 'Metric',
  candidate: 'New model',
  running: 'Running model',
  runningShort: 'running',
  better: 'better',
  worse: 'worse',
  same: 'same',
  notCompared:
    'The running model is not compared: its meta.json is missing or cannot be read, or one of the two tells no metric, no horizon, or another one.',
  chartTitle: 'New model beside the running one',
  value: 'Value',
  data: (rows: string, from: string, to: string) => `${rows} rows from ${from} to ${to}`,
  /** @param hours that the data spans @param wanted that were asked for */
  shortData: (hours: string, wanted: string) =>
    `*The data spans ${hours} h of the ${wanted} h that were asked for.* Look whether the collector had gaps before you release this model.`,
  dataUntil: (until: string) => `trained on data until ${until}, nobody knows since when`,
  file: (sha256: string, kilobytes: string) => `SHA-256 ${sha256} · ${kilobytes} kB`,
  failure,
  lastLine: 'Last line',
  button: {
    cancel: 'Cancel',
    log: 'Log',
    again: 'Train again',
    despite: 'Train despite the checks',
    deploy: 'Request deploy',
    older: 'Older',
    newer: 'Newer',
    close: 'Close',
    start: 'Start',
    keep: 'Keep going',
  },
  confirmCancel: 'The trainer is ended and its work is lost.',
  confirmCancelTitle: 'Cancel the training?',
  log: {
    title: 'Training log',
    loading: 'Reading the log…',
    page: (page: number, pages: number) => `Page ${page} of ${pages}`,
    none: (machine: string) =>
      `The log is not here: it is kept on the machine that started the training (${machine}), or on the host that trains, which does not answer now.`,
    empty: 'The trainer has printed nothing yet.',
  },
  despite: {
    title: 'Train all the same',
    intro: 'The data checks did not pass. Your name and your reason are kept with the training.',
    reason: 'Why train on this data?',
    missing: 'Say why, in a few words.',
  },
  gone: 'This training is not known any more. Start a new one with /lobml train.',
};

export type TrainText = typeof train;
