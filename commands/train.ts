import { z } from 'zod';
import type { Services } from '../src/app/services.js';
import { UserError } from '../src/conversation/errors.js';
import {
  type Click,
  type Conversation,
  EXIT,
  type ExitCode,
  type Subcommand,
  type SubcommandResult,
} from '../src/conversation/subcommand.js';
import { shortDataHours, type Training } from '../src/domain/training.js';
import { evaluateVerdict, type Verdict } from '../src/domain/verdict.js';
import type { Role } from '../src/release/access.js';
import type { TrainingAnswer, TrainingRequest } from '../src/training/start-training.js';
import { person } from '../views/person.js';
import { textFor } from '../views/text/index.js';
import {
  DESPITE_CALLBACK,
  despiteModal,
  logLoadingModal,
  logPageModal,
  REASON_BLOCK,
  REASON_INPUT,
  trainingGoneModal,
} from '../views/train-modals.js';
import { busyView, cancellingView, trainingView } from '../views/train-report.js';
import { VERDICT_EXIT } from './exit-code.js';
import { parseTrainWords } from './train-words.js';

export type TrainServices = Pick<Services, 'trainings' | 'messages' | 'runbook' | 'postIn' | 'now'> & {
  readonly access: Pick<Services['access'], 'mayAct'>;
  readonly targets: { readonly targets: ReadonlyMap<string, unknown> };
};

type Wish = Pick<TrainingRequest, 'horizon' | 'target' | 'lookbackHours' | 'overrideReason'>;

const wishSchema = z.object({
  horizon: z.string(),
  /** Missing in a message of before. */
  target: z.string().optional(),
  lookbackHours: z.number(),
});
const despiteSchema = wishSchema.extend({ channel: z.string() });
const logSchema = z.object({ trainingId: z.string(), page: z.number().optional() });

/** Section 2.3: trains a model, judges it beside the running one, and offers it for a deploy. */
export const train: Subcommand<TrainServices> = {
  name: 'train',
  section: '2.3',
  audience: 'requester',
  usage: '5m|15m [target] [--lookback-hours N] [--despite-checks REASON]',
  concerns: ({ runbook }) => runbook.training !== undefined,
  async run(words, conversation, services) {
    const known = services.runbook.training?.horizons ?? [];
    const wish = parseTrainWords(words, known, [...services.targets.targets.keys()]);
    return conversation.person.surface === 'terminal'
      ? followInTerminal(wish, conversation, services)
      : startInSlack(wish, conversation, services);
  },
  actions: {
    'train:again': async (click, services) => {
      const wish = wishSchema.parse(JSON.parse(click.value));
      await startInSlack(wish, click, services);
    },
    'train:despite': (click, services) => {
      const wish = wishSchema.parse(JSON.parse(click.value));
      const modal = despiteModal(JSON.stringify({ ...wish, channel: click.channel }), click.locale);
      return click.openModal(modal, async () => {
        await assertMay(['requester'], click.person, services);
        return modal;
      });
    },
    'train:cancel': async (click, services) => {
      await assertMay(['requester', 'operator'], click.person, services);
      if (!(await services.trainings.cancel(click.value, click.person))) {
        throw new UserError('too_late_to_cancel', {});
      }
      // Where there is a message, it shows that the training is being ended.
      if (await services.messages.areThere(`training:${click.value}`)) return;
      const training = await services.trainings.get(click.value);
      if (training !== undefined) await click.whisper(cancellingView(training, click.locale));
    },
    'train:log': (click, services) =>
      click.openModal(logLoadingModal(click.locale), () => logModal(click, services)),
    'train:older': turnPage,
    'train:newer': turnPage,
  },
  submissions: {
    [DESPITE_CALLBACK]: async (submission, services) => {
      const typed = submission.values[REASON_BLOCK]?.[REASON_INPUT];
      const overrideReason = typeof typed === 'string' ? typed.trim() : '';
      if (overrideReason === '') {
        return {
          kind: 'errors',
          errors: { [REASON_BLOCK]: textFor(submission.locale).train.despite.missing },
        };
      }
      const { channel, ...wish } = despiteSchema.parse(JSON.parse(submission.privateMetadata));
      // A modal has no channel of its own: the answer belongs where the button stood.
      const { postIn } = services;
      const post: Conversation['post'] =
        channel === '' || postIn === undefined ? submission.post : (report) => postIn(channel, report);
      return {
        kind: 'close',
        after: async () => {
          await startInSlack({ ...wish, overrideReason }, { ...submission, post }, services);
        },
      };
    },
  },
};

/** @throws UserError `forbidden` for somebody without the role, and for a training that may not start. */
async function startTraining(
  wish: Wish,
  conversation: Conversation,
  services: TrainServices,
): Promise<Extract<TrainingAnswer, { kind: 'started' | 'busy' }>> {
  const request = { ...wish, requestedBy: conversation.person, locale: conversation.locale };
  await assertMay(['requester'], conversation.person, services).catch(async (error: unknown) => {
    if (error instanceof UserError && error.code === 'forbidden') await services.trainings.forbid(request);
    throw error;
  });
  const answer = await services.trainings.start(request);
  if (answer.kind === 'started' || answer.kind === 'busy') return answer;
  throw refusalOf(answer);
}

/** One that goes on already is shown with its *Cancel*: whoever started it may have lost its message. */
async function startInSlack(
  wish: Wish,
  conversation: Conversation,
  services: TrainServices,
): Promise<SubcommandResult> {
  const answer = await startTraining(wish, conversation, services);
  if (answer.kind === 'started') return postInSlack(answer.training, conversation, services);
  const { training } = answer;
  await conversation.whisper(busyView(training, conversation.locale, services.now().toISOString()));
  return { exitCode: EXIT.noGo, json: { refused: 'busy', training: trainingJson(training) } };
}

/** One of the roles, by what Slack says of its groups now. @throws UserError `forbidden` */
async function assertMay(
  roles: readonly Role[],
  who: Conversation['person'],
  { access }: Pick<TrainServices, 'access'>,
): Promise<void> {
  const answers = await Promise.all(roles.map((role) => access.mayAct(role, who, { fresh: true })));
  if (answers.some(({ kind }) => kind === 'allowed')) return;
  const others = answers.flatMap((answer) => (answer.kind === 'refused' ? answer.who : []));
  throw new UserError('forbidden', { act: 'train', who: [...new Set(others)] });
}

function refusalOf(answer: Exclude<TrainingAnswer, { kind: 'started' | 'busy' }>) {
  switch (answer.kind) {
    case 'no_training':
      return new UserError(answer.kind, {});
    case 'unknown_horizon':
      return new UserError(answer.kind, { asked: answer.asked, known: answer.known.join(', ') });
    case 'lookback_out_of_range':
      return new UserError(answer.kind, { most: answer.most });
    case 'no_staging':
      return new UserError(answer.kind, { target: answer.target });
    case 'staging_not_writable': {
      const { kind, target, folder, code } = answer;
      return new UserError(kind, { target, folder, code });
    }
  }
}

/**
 * Only the first state is posted here: whichever bot follows the training changes the message from then on. Without a
 * message nobody could watch or end it, and the person is told that nothing was started: then it ends.
 */
async function postInSlack(
  training: Training,
  { person: who, post, locale }: Conversation,
  { trainings, messages, now }: TrainServices,
): Promise<SubcommandResult> {
  const { trainingId } = training;
  const view = trainingView(training, locale, now().toISOString());
  try {
    const message = await post(view);
    await message.finish(view);
    if (message.ref !== undefined) {
      const kept = { subject: `training:${trainingId}`, role: 'training', locale } as const;
      await messages.keep(kept, message.ref, now());
    }
  } catch (error) {
    await trainings.cancel(trainingId, who);
    throw error;
  }
  return { exitCode: EXIT.ok, json: trainingJson(training) };
}

async function followInTerminal(
  wish: Wish,
  conversation: Conversation,
  services: TrainServices,
): Promise<SubcommandResult> {
  const { post, locale } = conversation;
  const { trainings, now } = services;
  const { kind, training: started } = await startTraining(wish, conversation, services);
  if (kind === 'busy') {
    throw new UserError('busy', { horizon: wish.horizon, who: person(started.requestedBy) });
  }
  const view = (training: Training) => trainingView(training, locale, now().toISOString());
  const message = await post(view(started));
  const training = await trainings.follow(started.trainingId, {
    onChange: (state) => message.update(view(state)),
  });
  await message.finish(view(training));
  return { exitCode: exitCodeOf(training), json: trainingJson(training) };
}

const trainingJson = (training: Training) => ({ ...training, verdict: verdictOf(training) });

/** About the model where there is one, else about the data; null where neither was judged. */
function verdictOf(training: Training): Verdict | null {
  const { state, result, checks } = training;
  const judged = state === 'refused' ? checks : result === null ? [] : [result.check];
  if (judged.length === 0) return null;
  const verdict = evaluateVerdict(judged);
  return verdict === 'GO' && shortDataHours(training) !== undefined ? 'GO_WITH_WARNINGS' : verdict;
}

function exitCodeOf(training: Training): ExitCode {
  const verdict = verdictOf(training);
  const isJudged = training.state === 'refused' || training.state === 'finished';
  return isJudged && verdict !== null ? VERDICT_EXIT[verdict] : EXIT.noGo;
}

async function logModal(click: Click, { trainings }: TrainServices) {
  const { trainingId, page } = logSchema.parse(JSON.parse(click.value));
  const training = await trainings.get(trainingId);
  if (training === undefined) return trainingGoneModal(click.locale);
  return logPageModal(training, await trainings.log(training, page), click.locale);
}

async function turnPage(click: Click, services: TrainServices): Promise<void> {
  await click.modal?.update(await logModal(click, services));
}
