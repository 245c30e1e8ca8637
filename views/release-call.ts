import type { Locale } from '../src/domain/localized.js';
import type { ReleaseCall } from '../src/domain/release-calls.js';
import { canConfirm } from '../src/domain/release-course.js';
import type { ReleaseRecord } from '../src/domain/release-record.js';
import type { ReleaseRequest } from '../src/domain/release-request.js';
import type { Report } from '../src/domain/report.js';
import type { RequestView } from '../src/domain/request-view.js';
import type { ApprovalPolicy } from '../src/domain/target-policy.js';
import { actions, context, section } from './blocks.js';
import { mentionApprovers, mentions } from './mentions.js';
import { slackTime } from './moments.js';
import { person } from './person.js';
import { CONFIRM_ACTION } from './release-confirmation.js';
import { endSentence, REQUEST_SYMBOL, startButton } from './release-request.js';
import { RELEASE_SYMBOL } from './release-summary.js';
import { textFor } from './text/index.js';

/** A reply below a request that notifies those whom it needs; once they are needed no more it says why, without a button. */
export function requestCallView(view: RequestView, call: ReleaseCall, locale: Locale): Report {
  const { request } = view;
  const text = textFor(locale).release;
  const sentence = sentenceOf(view, call, locale);
  const isPresent = isNeeded(view, call);
  const over = text.call.over(`${REQUEST_SYMBOL[request.state]} ${text.state[request.state]}`);
  const start = isPresent && (call.kind === 'start' || call.kind === 'start_soon');
  return {
    text: sentence,
    blocks: [
      section(sentence),
      ...(isPresent || call.kind === 'ended' ? [] : [context(over)]),
      ...(start ? [actions(startButton(request, locale))] : []),
    ],
  };
}

/** Whether the call still calls anybody. */
function isNeeded({ request, dropped }: RequestView, { kind, occasion }: ReleaseCall): boolean {
  const { state, startExpiresAt } = request;
  if (kind === 'again') return state === 'open' && dropped.length > 0;
  if (kind === 'start' || kind === 'start_soon') return state === 'approved' && startExpiresAt === occasion;
  return kind !== 'ended' && state === 'open';
}

function sentenceOf(view: RequestView, { kind, occasion }: ReleaseCall, locale: Locale): string {
  const { request, dropped, approvals, outcome } = view;
  const text = textFor(locale).release.call;
  const { target, quorumExpiresAt } = request;
  const asker = askerOf(request);
  switch (kind) {
    case 'approve':
      return text.approve(approversNeeded(view), asker, target, slackTime(quorumExpiresAt));
    case 'approve_soon':
      return text.approveSoon(approversNeeded(view), target, slackTime(quorumExpiresAt));
    case 'again':
      return text.again(
        (dropped.length > 0 ? dropped : approvals).map((one) => person(one.person)).join(' ') || '—',
        target,
      );
    case 'start':
      return text.start(asker, target, slackTime(occasion));
    case 'start_soon':
      return text.startSoon(asker, target, slackTime(occasion));
    case 'ended':
      return text.ended(asker, target, endSentence(request, outcome, locale) ?? '');
    case 'confirm':
    case 'confirm_soon':
      return '';
  }
}

/** The person in Slack who asked, also from a terminal. */
const askerOf = ({ requesterSlackId, requestedBy }: ReleaseRequest): string =>
  requesterSlackId === null ? person(requestedBy) : `<@${requesterSlackId}>`;

/** Those who could fill a place that is still free; whoever may fill one where Slack does not tell, or none is. */
function approversNeeded({ request, quorum, policy }: RequestView): string {
  const places = quorum?.places ?? [];
  const free = places.filter(({ personId }) => personId === undefined);
  const asked = free.length > 0 ? free : places;
  const isOpen = asked.length === 0 || asked.some(({ group }) => group === undefined);
  const groups = isOpen ? policy.groups : asked.flatMap(({ group }) => group ?? []);
  const users = isOpen ? policy.users.filter((id) => id !== request.requesterSlackId) : [];
  return mentions(groups, users);
}

/** A reply below a release that notifies those who can confirm it although it lacks data. */
export function confirmCallView(
  release: ReleaseRecord,
  policy: ApprovalPolicy,
  { kind }: ReleaseCall,
  locale: Locale,
): Report {
  const { release: text, deploy } = textFor(locale);
  const { target, confirmBy, releaseId } = release;
  const who = mentionApprovers(policy, release.requestedBy.id);
  const sentence = text.call[kind === 'confirm' ? 'confirm' : 'confirmSoon'](
    who,
    target,
    slackTime(confirmBy),
  );
  const over = text.call.over(`${RELEASE_SYMBOL[release.state]} ${deploy.state[release.state]}`);
  const button = {
    actionId: CONFIRM_ACTION,
    text: deploy.button.confirm,
    value: releaseId,
    style: 'primary' as const,
  };
  return {
    text: sentence,
    blocks: [section(sentence), canConfirm(release) ? actions(button) : context(over)],
  };
}
