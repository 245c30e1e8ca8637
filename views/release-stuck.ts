import { THE_BOT } from '../src/domain/audit-event.js';
import type { HostLog } from '../src/domain/host-log.js';
import type { Locale } from '../src/domain/localized.js';
import { stuckSteps } from '../src/domain/release-course.js';
import type { ReleaseRecord, StepRecord } from '../src/domain/release-record.js';
import { deadlineTurnsOff, hostsInTrouble, restWithout } from '../src/domain/release-rest.js';
import type { Block, Modal, Report } from '../src/domain/report.js';
import {
  actions,
  type Button,
  clip,
  context,
  escapeMrkdwn,
  LIMITS,
  preformatted,
  section,
  typed,
} from './blocks.js';
import { hostFaultText } from './host-fault.js';
import { sentenceForSlack, slackTime } from './moments.js';
import { person } from './person.js';
import { problemSentence } from './release-problem.js';
import { textFor } from './text/index.js';

export const GIVE_UP_ACTION = 'deploy:give_up';
export const GIVE_UP_CALLBACK = 'deploy:give_up_form';
export const LOG_ACTION = 'deploy:host_log';
export const RETRY_ACTION = 'deploy:retry_put_back';
export const LOOKED_ACTION = 'deploy:looked';
export const WAS_NOT_DONE_ACTION = 'deploy:step_was_not_done';

/** Each host that keeps the release from going on: why, and the ways out. Then what happens by itself, and when. */
export function stuckBlocks(release: ReleaseRecord, locale: Locale): readonly Block[] {
  const hosts = hostsInTrouble(release);
  if (hosts.length === 0 && release.state !== 'needs_person') return [];
  return [
    ...hosts.flatMap((host) => [
      section(`✋ *${escapeMrkdwn(host)}*${whyStuck(release, host, locale)}`),
      actions(...hostButtons(release, host, locale)),
    ]),
    ...byItself(release, locale),
  ];
}

function whyStuck(release: ReleaseRecord, host: string, locale: Locale): string {
  const text = textFor(locale).deploy;
  const isStuckAt = (step: StepRecord) =>
    step.problem !== null &&
    (step.state === 'pending' || step.state === 'running' || stuckSteps(release).includes(step)) &&
    (step.host ?? step.problem.facts.host) === host;
  return release.steps
    .filter(isStuckAt)
    .map(({ kind, problem, answered }) => {
      const why = problem === null ? '' : sentenceForSlack(problemSentence(problem, locale));
      const said = answered?.looked === 'differs' ? ` ${text.stuck.differs(person(answered.by))}` : '';
      return ` · ${text.step[kind]}${said}\n${why}`;
    })
    .join('\n');
}

function hostButtons(release: ReleaseRecord, host: string, locale: Locale): readonly Button[] {
  const { button } = textFor(locale).deploy;
  const { releaseId } = release;
  const value = `${releaseId} ${host}`;
  const stuck =
    release.state === 'needs_person' ? stuckSteps(release).filter((step) => step.host === host) : [];
  return [
    ...stuck.flatMap(({ kind, state, position }): Button[] => {
      if (state === 'unclear')
        return [
          { actionId: WAS_NOT_DONE_ACTION, text: button.wasNotDone, value: `${releaseId} ${position}` },
        ];
      return kind === 'revert'
        ? [{ actionId: RETRY_ACTION, text: button.retryPutBack, value: releaseId }]
        : [];
    }),
    ...(stuck.length === 0 ? [] : [{ actionId: LOOKED_ACTION, text: button.looked, value: releaseId }]),
    { actionId: GIVE_UP_ACTION, text: button.giveUp(host), value },
    { actionId: LOG_ACTION, text: button.log(host), value },
  ];
}

function byItself(release: ReleaseRecord, locale: Locale): readonly Block[] {
  const { stuck } = textFor(locale).deploy;
  const asked = stuckSteps(release).find(({ answered }) => answered?.looked === 'asked')?.answered;
  if (asked != null && release.endedAt === null) return [context(stuck.comparing(person(asked.by)))];
  const hosts = deadlineTurnsOff(release).map(escapeMrkdwn).join(', ');
  const when = slackTime(release.confirmBy);
  if (release.state === 'needs_person')
    return [
      section(stuck.waits),
      context(hosts === '' ? stuck.endsItself(when) : stuck.turnsOff(when, hosts)),
    ];
  return [context(hosts === '' ? stuck.triedAgain : `${stuck.triedAgain} ${stuck.turnsOff(when, hosts)}`)];
}

/** The hosts that a release went on without: who gave them up, and what a person has to do there. */
export function givenUpBlocks(release: ReleaseRecord, locale: Locale): readonly Block[] {
  const { givenUp, steps, confirmBy } = release;
  if (givenUp.length === 0) return [];
  const text = textFor(locale).deploy.givenUp;
  const lines = givenUp.map(({ host, by, at, reason }) => {
    const [name, when] = [escapeMrkdwn(host), slackTime(at, 'date_short_pretty')];
    if (by.id === THE_BOT.id) return `✂️ ${text.left(name, when)}`;
    return `✂️ ${text.by(name, person(by), when)}: ${typed(reason, 500)}`;
  });
  const names = givenUp.map(({ host }) => escapeMrkdwn(host)).join(', ');
  const isArmed = (name: string) =>
    steps.some(
      ({ kind, host, state, after }) =>
        kind === 'arm_dead_man' && host === name && state === 'done' && after?.disarmed === undefined,
    );
  const armed = givenUp.flatMap(({ host }) => (isArmed(host) ? [escapeMrkdwn(host)] : []));
  const timer = armed.length === 0 ? [] : [text.ownTimer(armed.join(', '), slackTime(confirmBy))];
  return [section([...lines, `*${text.afterwards(names)}*`, ...timer].join('\n'))];
}

/** What becomes of the release without this host. */
function restSentence(release: ReleaseRecord, host: string, locale: Locale): string {
  const { course, hosts } = restWithout(release, host);
  return textFor(locale).deploy.givenUp.rest[course](hosts.join(', '));
}

/** The plan of the rest, before anything is decided. */
function restBlocks(release: ReleaseRecord, host: string, locale: Locale): readonly Block[] {
  const text = textFor(locale).deploy.givenUp;
  return [
    section(`*${text.asked(escapeMrkdwn(host))}*`),
    section(
      [restSentence(release, host, locale), text.afterwards(host)]
        .map((line) => `• ${escapeMrkdwn(line)}`)
        .join('\n'),
    ),
  ];
}

/** Shows the plan of the rest, and asks for the reason. */
export function giveUpModal(release: ReleaseRecord, host: string, locale: Locale): Modal {
  const { deploy, release: texts } = textFor(locale);
  return {
    callbackId: GIVE_UP_CALLBACK,
    title: clip(deploy.givenUp.title, LIMITS.modalTitle),
    submit: clip(deploy.givenUp.submit, LIMITS.modalTitle),
    close: texts.button.cancel,
    privateMetadata: `${release.releaseId} ${host}`,
    blocks: [
      ...restBlocks(release, host, locale),
      {
        type: 'input',
        block_id: 'reason',
        label: { type: 'plain_text', text: deploy.givenUp.why },
        element: { type: 'plain_text_input', action_id: 'text', multiline: true, max_length: 1000 },
      },
    ],
  };
}

/** What a terminal is told when a host was given up. */
export function givenUpView(release: ReleaseRecord, host: string, locale: Locale): Report {
  const text = textFor(locale).deploy.givenUp;
  const done = text.done(escapeMrkdwn(host));
  return { text: done, blocks: [section(`✂️ *${done}*`), ...restBlocks(release, host, locale).slice(1)] };
}

/** The newest lines of a host's log, those that fit. */
export function hostLogBlocks(log: HostLog, host: string, locale: Locale): readonly Block[] {
  const text = textFor(locale).deploy.stuck;
  if (log.kind !== 'lines') {
    const sentence = log.kind === 'unknown' ? text.logUnknown(host) : hostFaultText(log.fault, locale);
    return [section(escapeMrkdwn(sentence))];
  }
  if (log.lines.length === 0) return [section(escapeMrkdwn(text.logEmpty(host)))];
  const kept: string[] = [];
  let length = 0;
  for (const line of [...log.lines].reverse()) {
    length += escapeMrkdwn(line).length + 1;
    if (length > LIMITS.preformatted && kept.length > 0) break;
    kept.unshift(line);
  }
  return [section(`*${escapeMrkdwn(text.logOf(host))}*`), section(preformatted(kept.join('\n')))];
}
