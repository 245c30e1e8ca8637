import type { Services } from '../src/app/services.js';
import type { BacktestRun } from '../src/backtest/create-backtester.js';
import {
  type Conversation,
  EXIT,
  type ExitCode,
  type Subcommand,
  type SubcommandResult,
} from '../src/conversation/subcommand.js';
import type { BacktestFigures, BacktestWish } from '../src/domain/backtest.js';
import type { Target } from '../src/runbook/targets.js';
import { backtestReportView } from '../views/backtest.js';
import { backtestCsvHead, backtestCsvLines } from '../views/backtest-csv.js';
import { proposalView } from '../views/backtest-proposal.js';
import { backtestRunningView } from '../views/backtest-running.js';
import { BACKTEST_USAGE, parseBacktestWords } from './backtest-words.js';
import { openLines } from './write-lines.js';

export type BacktestServices = Pick<Services, 'runbook' | 'targets' | 'backtests' | 'logger'>;

/** What the windowed checks would have said at past moments, with the runbook's parameters and with others. */
export const backtest: Subcommand<BacktestServices> = {
  name: 'backtest',
  audience: 'all',
  usage: BACKTEST_USAGE,
  surfaces: ['terminal'],
  run(words, conversation, services) {
    const { target, wish, csv, propose } = parseBacktestWords(words, services);
    return propose
      ? proposeInTerminal(wish, conversation, services)
      : followInTerminal({ target, wish, csv }, conversation, services);
  },
};

interface Asked {
  readonly target: Target;
  readonly wish: BacktestWish;
  readonly csv: string | undefined;
}

async function followInTerminal(
  { target, wish, csv }: Asked,
  conversation: Conversation,
  { backtests, runbook }: BacktestServices,
): Promise<SubcommandResult> {
  const { locale, post, interrupted = () => new AbortController().signal } = conversation;
  const signal = interrupted();
  const message = await post(
    backtestRunningView({ strategy: runbook.strategy, wish, done: 0, moments: 0 }, locale),
  );
  const lines = csv === undefined ? undefined : await openLines(csv, backtestCsvHead);
  const run: BacktestRun = {
    signal,
    onProgress: ({ done, moments }) =>
      message.update(backtestRunningView({ strategy: runbook.strategy, wish, done, moments }, locale)),
    onMoment: (moment) => lines?.write(backtestCsvLines(moment)),
  };
  try {
    const figures = await backtests.run(target, wish, run);
    await message.finish(backtestReportView(figures, locale));
    return { exitCode: exitCodeOf(figures), json: figures };
  } finally {
    await lines?.close();
  }
}

/** A back-test decides nothing: it is done, or it was cut short. */
const exitCodeOf = ({ done, moments }: BacktestFigures): ExitCode => (done === moments ? EXIT.ok : EXIT.noGo);

async function proposeInTerminal(
  { set }: BacktestWish,
  { writeLine, post, locale }: Conversation,
  { backtests }: BacktestServices,
): Promise<SubcommandResult> {
  const patch = await backtests.propose(set);
  // As it stands: it is for `git apply`.
  if (patch !== '' && writeLine !== undefined) writeLine(patch.trimEnd());
  else await (await post(proposalView(patch, locale))).finish(proposalView(patch, locale));
  return { exitCode: EXIT.ok, json: { patch } };
}
