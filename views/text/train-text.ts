import type { MetricName } from '../../src/model/model-meta.js';
import type { TrainingFailureCode } from '../../src/training/training.js';

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
