import type { MetricName } from '../../../src/model/model-meta.js';
import type { TrainingFailureCode } from '../../../src/training/training.js';

export const trainEn: TrainText = {
  title: {
    live: (horizon, strategy) => `Training ${horizon} · ${strategy}`,
    finished: (horizon, strategy) => `Model trained · ${horizon} · ${strategy}`,
    held: (horizon, strategy) => `Model trained, gate undecided · ${horizon} · ${strategy}`,
    modelRefused: (horizon, strategy) => `Model refused · ${horizon} · ${strategy}`,
    refused: (horizon, strategy) => `Training not started · ${horizon} · ${strategy}`,
    failed: (horizon, strategy) => `Training failed · ${horizon} · ${strategy}`,
    cancelled: (horizon, strategy) => `Training cancelled · ${horizon} · ${strategy}`,
  },
  by: (who, when) => `by ${who} · ${when}`,
  lookback: (hours) => `data of the last ${hours} h`,
  took: (time) => `took ${time}`,
  checking: 'Looking at the data first (2.2)…',
  starting: 'The trainer is starting…',
  judging: 'The trainer is done. The gate is trying the model…',
  away: (host) => `${host} does not answer now. A trainer that runs there goes on; it is asked again.`,
  elapsed: (time) => `${time} so far`,
  left: (time) => `about ${time} left`,
  cancelling: (who) => `${who} has cancelled it: the trainer is being ended…`,
  cancelledBy: (who) => `Cancelled by ${who}. The trainer has ended.`,
  nothingStaged: 'Nothing was staged; what runs is untouched.',
  override: (who, why) => `${who} started it although the data checks did not pass: ${why}`,
  whatStops: 'What stops it',
  gate: 'Model gate',
  fit: (tried, typical, least, most) =>
    `It loads, and answers ${tried} inputs (${typical} of them from the market) with probabilities from ${least} to ${most}.`,
  staged: (name, target) => `Staged as ${name} for ${target}.`,
  notStaged: 'The model was not staged: it cannot be deployed.',
  metric: { accuracy: 'Accuracy', brier: 'Brier score', logLoss: 'Log loss', auc: 'AUC' },
  metricHead: 'Metric',
  candidate: 'New model',
  running: 'Running model',
  better: 'better',
  worse: 'worse',
  same: 'same',
  notCompared: 'The running model is not compared: it has no readable meta.json, or another horizon.',
  chartTitle: 'New model beside the running one',
  value: 'Value',
  data: (rows, from, to) => `${rows} rows from ${from} to ${to}`,
  file: (sha256, kilobytes) => `SHA-256 ${sha256} · ${kilobytes} kB`,
  failure: {
    not_started: (fact) =>
      `The trainer could not be started (${fact('code')}). Check the command and its folder in the runbook.`,
    trainer_failed: (fact) => `The trainer ended with ${fact('exit')}. Its log says why.`,
    timed_out: (fact) => `The trainer was ended after ${fact('minutes')} minutes, its limit in the runbook.`,
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
    meta_unreadable: (fact) => `The meta.json of the model cannot be read: ${fact('because')}.`,
    wrong_horizon: (fact) => `The model is for ${fact('said')}, but ${fact('wanted')} was asked for.`,
    not_staged: (fact) =>
      fact('code') === 'changed'
        ? 'The model or its meta.json is not what the gate has judged any more. Train again.'
        : `The model is fit, but ${fact('folder')} could not be written (${fact('code')}).`,
  },
  lastLine: 'Last line',
  busy: (horizon, who) => `A training of ${horizon} goes on already, started by ${who}. Nothing was started.`,
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
    page: (page, pages) => `Page ${page} of ${pages}`,
    none: (machine) =>
      `The log is not here: it is kept on the machine that started the training (${machine}), or on the host that trains, which does not answer now.`,
    empty: 'The trainer has printed nothing yet.',
  },
  despite: {
    title: 'Train all the same',
    intro: 'The data checks did not pass. Your name and your reason are kept with the training.',
    reason: 'Why train on this data?',
    missing: 'Say why, in a few words.',
  },
  forbidden: 'You may not start, override or cancel a training. Nothing was changed.',
  tooLateToCancel: 'It has ended, or somebody has cancelled it already. Nothing was changed.',
  gone: 'This training is not known any more. Start a new one with /lobml train.',
  refusal: {
    noTraining: 'The runbook does not say how a model is trained: add `training` to it. Nothing was started.',
    noStaging: (target) =>
      `The target ${target} has no staging folder on this machine, so a model would have no place: set \`staging\` in the targets file. Nothing was started.`,
    stagingNotWritable: (target, folder, code) =>
      `The staging folder of ${target} cannot be written (\`${folder}\`, ${code}), so a model would have no place. Let the bot write there. Nothing was started.`,
    unknownHorizon: (horizon, known) => `There is no horizon \`${horizon}\`; there are ${known}.`,
    horizonMissing: (known) => `Say which horizon to train: ${known}.`,
    lookback: (most) => `--lookback-hours is a whole number from 1 to ${most}.`,
    reasonMissing: '--despite-checks needs the reason as its text, in quotes.',
    unknownWord: (word) => `\`${word}\` is not expected here.`,
  },
};

type Fact = (name: string) => string;

/** The prose of trainings. Times and people come ready to print. */
export interface TrainText {
  readonly title: {
    readonly live: (horizon: string, strategy: string) => string;
    readonly finished: (horizon: string, strategy: string) => string;
    readonly held: (horizon: string, strategy: string) => string;
    readonly modelRefused: (horizon: string, strategy: string) => string;
    readonly refused: (horizon: string, strategy: string) => string;
    readonly failed: (horizon: string, strategy: string) => string;
    readonly cancelled: (horizon: string, strategy: string) => string;
  };
  readonly by: (who: string, when: string) => string;
  readonly lookback: (hours: number) => string;
  readonly took: (time: string) => string;
  readonly checking: string;
  readonly starting: string;
  readonly judging: string;
  readonly away: (host: string) => string;
  readonly elapsed: (time: string) => string;
  readonly left: (time: string) => string;
  readonly cancelling: (who: string) => string;
  readonly cancelledBy: (who: string) => string;
  readonly nothingStaged: string;
  readonly override: (who: string, why: string) => string;
  readonly whatStops: string;
  readonly gate: string;
  /** @param tried how many inputs; @param typical how many of them are the market's own */
  readonly fit: (tried: string, typical: string, least: string, most: string) => string;
  readonly staged: (name: string, target: string) => string;
  readonly notStaged: string;
  readonly metric: Readonly<Record<MetricName, string>>;
  readonly metricHead: string;
  readonly candidate: string;
  readonly running: string;
  readonly better: string;
  readonly worse: string;
  readonly same: string;
  readonly notCompared: string;
  readonly chartTitle: string;
  readonly value: string;
  readonly data: (rows: string, from: string, to: string) => string;
  readonly file: (sha256: string, kilobytes: string) => string;
  readonly failure: Readonly<Record<TrainingFailureCode, (fact: Fact) => string>>;
  readonly lastLine: string;
  readonly busy: (horizon: string, who: string) => string;
  readonly button: Readonly<
    Record<
      'cancel' | 'log' | 'again' | 'despite' | 'deploy' | 'older' | 'newer' | 'close' | 'start' | 'keep',
      string
    >
  >;
  readonly confirmCancel: string;
  readonly confirmCancelTitle: string;
  readonly log: {
    readonly title: string;
    readonly loading: string;
    readonly page: (page: number, pages: number) => string;
    readonly none: (machine: string) => string;
    readonly empty: string;
  };
  readonly despite: {
    readonly title: string;
    readonly intro: string;
    readonly reason: string;
    readonly missing: string;
  };
  readonly tooLateToCancel: string;
  readonly forbidden: string;
  readonly gone: string;
  readonly refusal: {
    readonly noTraining: string;
    readonly noStaging: (target: string) => string;
    readonly stagingNotWritable: (target: string, folder: string, code: string) => string;
    readonly unknownHorizon: (horizon: string, known: string) => string;
    readonly horizonMissing: (known: string) => string;
    readonly lookback: (most: number) => string;
    readonly reasonMissing: string;
    readonly unknownWord: (word: string) => string;
  };
}
