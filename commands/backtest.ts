import type { Services } from '../src/app/services.js';
import type { BacktestRun } from '../src/backtest/create-backtester.js';
import { UsageError, UserError } from '../src/conversation/errors.js';
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
import { BACKTEST_ACTIONS, backtestView, busyView } from '../views/backtest-message.js';
import { backtestGoneModal, proposalLoadingModal, proposalModal } from '../views/backtest-modal.js';
import { proposalView } from '../views/backtest-proposal.js';
import { backtestRunningView } from '../views/backtest-running.js';
import { BACKTEST_USAGE, parseBacktestWords } from './backtest-words.js';
import { openLines } from './write-lines.js';

export type BacktestServices = Pick<Services, 'runbook' | 'targets' | 'backtests' | 'messages' | 'now'>;

/** What the windowed checks would have said at past moments, with the runbook's parameters and with others. */
export const backtest: Subcommand<BacktestServices> = {
  name: 'backtest',
  audience: 'all',
  usage: BACKTEST_USAGE,
  async run(words, conversation, services) {
    const { target, wish, csv, propose } = parseBacktestWords(words, services);
    if (conversation.person.surface === 'slack') {
      if (csv !== undefined) throw new UsageError('csv_in_slack', {});
      return propose
        ? proposeInSlack(wish, conversation, services)
        : startInSlack(target, wish, conversation, services);
    }
    return propose
      ? proposeInTerminal(wish, conversation, services)
      : followInTerminal({ target, wish, csv }, conversation, services);
  },
  actions: {
    [BACKTEST_ACTIONS.cancel]: async (click, { backtests }) => {
      if (!(await backtests.cancel(click.value, click.person))) throw new UserError('too_late', {});
    },
    [BACKTEST_ACTIONS.again]: async (click, services) => {
      const before = await services.backtests.get(click.value);
      const target = before && services.targets.targets.get(before.target);
      if (before === undefined || target === undefined)
        throw new UserError('unknown_run', { id: click.value });
      await startInSlack(target, before.wish, click, services);
    },
    [BACKTEST_ACTIONS.propose]: (click, { backtests }) =>
      click.openModal(proposalLoadingModal(click.locale), async () => {
        const backtest = await backtests.get(click.value);
        if (backtest === undefined) return backtestGoneModal(click.locale);
        return proposalModal(await backtests.propose(backtest.wish.set), click.locale);
      }),
  },
};

/** Only the first state is posted here: the keeper of messages changes it from then on. */
async function startInSlack(
  target: Target,
  wish: BacktestWish,
  conversation: Conversation,
  { backtests, messages, now }: BacktestServices,
): Promise<SubcommandResult> {
  const { person, locale } = conversation;
  const answer = await backtests.begin(target, wish, person);
  const { backtestId } = answer.backtest;
  const view =
    answer.kind === 'busy' ? busyView(answer.backtest, locale) : backtestView(answer.backtest, locale);
  if (answer.kind === 'busy') {
    await conversation.whisper(view);
    return { exitCode: EXIT.noGo, json: { refused: 'busy', backtestId } };
  }
  try {
    const message = await conversation.post(view);
    await message.finish(view);
    if (message.ref !== undefined)
      await messages.keep({ subject: `backtest:${backtestId}`, role: 'report', locale }, message.ref, now());
  } catch (error) {
    // Without a message nobody could watch or end it.
    await backtests.cancel(backtestId, person);
    throw error;
  }
  return { exitCode: EXIT.ok, json: { backtestId } };
}

async function proposeInSlack(
  { set }: BacktestWish,
  { whisper, locale }: Conversation,
  { backtests }: BacktestServices,
): Promise<SubcommandResult> {
  const patch = await backtests.propose(set);
  await whisper(proposalView(patch, locale));
  return { exitCode: EXIT.ok, json: { patch } };
}

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
