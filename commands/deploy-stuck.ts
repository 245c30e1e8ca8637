import { UserError } from '../src/conversation/errors.js';
import {
  type Click,
  type Conversation,
  EXIT,
  type SubcommandResult,
  type Submission,
  type SubmissionAnswer,
} from '../src/conversation/subcommand.js';
import { hostsLeft } from '../src/domain/release-course.js';
import type { ReleaseRecord } from '../src/domain/release-record.js';
import { type Refused, type ReleaseRefusal, refused } from '../src/domain/release-refusal.js';
import type { Target } from '../src/runbook/targets.js';
import { deployNoteModal } from '../views/deploy-plan-modal.js';
import { deployProgressView } from '../views/deploy-progress.js';
import { noteView, refusalAsText, refusalView } from '../views/release-sentence.js';
import {
  GIVE_UP_ACTION,
  givenUpView,
  giveUpModal,
  hostLogBlocks,
  LOG_ACTION,
  LOOKED_ACTION,
  RETRY_ACTION,
  WAS_NOT_DONE_ACTION,
} from '../views/release-stuck.js';
import { say } from '../views/sentence.js';
import { textFor } from '../views/text/index.js';
import { assertOperator, tooLate } from './deploy-progress.js';
import type { DeployServices } from './deploy-services.js';
import type { StuckWord } from './deploy-words.js';

type StuckServices = Pick<DeployServices, 'answers' | 'releases' | 'access'>;

/** The ways out of a release that does not get on. */
export const stuckActions: Readonly<
  Record<string, (click: Click, services: StuckServices) => Promise<void>>
> = {
  [WAS_NOT_DONE_ACTION]: (click, services) =>
    answer(click, services, (releaseId, position) =>
      /^\d{1,4}$/.test(position)
        ? services.answers.notDone(releaseId, Number(position), click.person)
        : Promise.resolve(false),
    ),
  [RETRY_ACTION]: (click, services) =>
    answer(click, services, (releaseId) => services.answers.retryPutBack(releaseId, click.person)),
  [LOOKED_ACTION]: (click, services) =>
    answer(click, services, (releaseId) => services.answers.looked(releaseId, click.person)),
  [GIVE_UP_ACTION]: openGiveUp,
  [LOG_ACTION]: openLog,
};

async function answer(
  click: Click,
  services: StuckServices,
  act: (releaseId: string, word: string) => Promise<boolean>,
): Promise<void> {
  await assertOperator(services, click.person);
  const [releaseId, word] = parts(click.value);
  const isKnown = (await services.answers.get(releaseId)) !== undefined;
  if (!isKnown || !(await act(releaseId, word))) await tooLate(click);
}

/** A release's id and what follows it. */
function parts(value: string): readonly [string, string] {
  const [releaseId = '', ...rest] = value.split(' ');
  return [releaseId, rest.join(' ')];
}

async function openGiveUp(click: Click, services: StuckServices): Promise<void> {
  await assertOperator(services, click.person);
  const [releaseId, host] = parts(click.value);
  await showGiveUp(click, host, () => services.answers.get(releaseId));
}

async function showGiveUp(
  { openModal, locale }: Pick<Click, 'openModal' | 'locale'>,
  host: string,
  find: () => Promise<ReleaseRecord | undefined>,
): Promise<void> {
  const loading = deployNoteModal('', noteView(textFor(locale).deploy.stuck.loading).blocks, locale);
  await openModal(loading, async () => {
    const release = await find();
    const refusal = refuseHost(release, host);
    if (release === undefined || refusal !== undefined)
      return noted(refusal?.refusal ?? { code: 'nothing_under_way' }, locale);
    return giveUpModal(release, host, locale);
  });
}

/** Why this host cannot be given up; undefined: it can. */
function refuseHost(release: ReleaseRecord | undefined, host: string): Refused | undefined {
  if (release === undefined || release.endedAt !== null) return refused('nothing_under_way');
  const left = hostsLeft(release);
  if (left.includes(host)) return undefined;
  return refused('host_not_in_release', { host, hosts: left.join(', ') });
}

/** The reason for giving a host up was given. */
export async function submitGiveUp(
  { person, locale, privateMetadata, values }: Submission,
  services: StuckServices,
): Promise<SubmissionAnswer> {
  const [releaseId, host] = parts(privateMetadata);
  const reason = values.reason?.text;
  try {
    await assertOperator(services, person);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { kind: 'errors', errors: { reason: say(error, locale) } };
  }
  const text = typeof reason === 'string' ? reason.trim() : '';
  if (text === '') return { kind: 'update', modal: noted({ code: 'reason_missing' }, locale) };
  const isDone = await services.answers.giveUp(releaseId, host, person, text);
  if (isDone) return { kind: 'close' };
  const { alreadyOver } = textFor(locale).deploy;
  return { kind: 'update', modal: deployNoteModal('', noteView(alreadyOver).blocks, locale) };
}

async function openLog(click: Click, { answers, releases, access }: StuckServices): Promise<void> {
  await assertOperator({ access }, click.person);
  const { locale } = click;
  const [releaseId, host] = parts(click.value);
  const loading = deployNoteModal('', noteView(textFor(locale).deploy.stuck.loading).blocks, locale);
  await click.openModal(loading, async () => {
    const release = await answers.get(releaseId);
    if (release === undefined) return noted({ code: 'nothing_under_way' }, locale);
    return deployNoteModal('', hostLogBlocks(await releases.hostLog(release, host), host, locale), locale);
  });
}

/** `deploy [target] --give-up HOST`, `--retry-put-back`, `--looked`: what the buttons do, for the release under way. */
export async function stuckByWords(
  word: StuckWord,
  target: Target,
  reason: string,
  conversation: Conversation,
  services: StuckServices,
): Promise<SubcommandResult> {
  const { person, locale, openModal } = conversation;
  await assertOperator(services, person);
  const find = () => services.releases.underWay(target.name);
  if (word.kind === 'give_up' && openModal !== undefined) {
    await showGiveUp({ openModal, locale }, word.host, find);
    return { exitCode: EXIT.ok, json: {} };
  }
  const release = await find();
  const refusal = await act(word, release, reason, conversation, services);
  if (refusal !== undefined) {
    await conversation.whisper(refusalView([refusal], locale));
    const told = { ...refusal, message: refusalAsText(refusal, locale) };
    return { exitCode: EXIT.noGo, json: { releaseId: release?.releaseId ?? null, refusals: [told] } };
  }
  if (release !== undefined && word.kind !== 'give_up') {
    const present = (await find()) ?? release;
    await conversation.whisper(deployProgressView(present, locale));
  }
  return { exitCode: EXIT.ok, json: { releaseId: release?.releaseId } };
}

async function act(
  word: StuckWord,
  release: ReleaseRecord | undefined,
  reason: string,
  { person, locale, whisper }: Conversation,
  { answers }: StuckServices,
): Promise<ReleaseRefusal | undefined> {
  if (release === undefined) return { code: 'nothing_under_way' };
  const { releaseId } = release;
  if (word.kind !== 'give_up') {
    const isDone = await (word.kind === 'looked'
      ? answers.looked(releaseId, person)
      : answers.retryPutBack(releaseId, person));
    return isDone ? undefined : { code: 'nobody_must_look' };
  }
  const { host } = word;
  const refusal = refuseHost(release, host);
  if (refusal !== undefined) return refusal.refusal;
  if (reason.trim() === '') return { code: 'reason_missing' };
  if (!(await answers.giveUp(releaseId, host, person, reason))) return { code: 'nothing_under_way' };
  await whisper(givenUpView(release, host, locale));
  return undefined;
}

const noted = (refusal: ReleaseRefusal, locale: Conversation['locale']) =>
  deployNoteModal('', refusalView([refusal], locale).blocks, locale);
