import type { Locale } from '../src/domain/localized.js';
import type { ReleaseRequest } from '../src/domain/release-request.js';
import type { Block } from '../src/domain/report.js';
import type { RequestView } from '../src/domain/request-view.js';
import { clip, context, LIMITS, section } from './blocks.js';
import { slackTime } from './moments.js';
import { person } from './person.js';
import { textFor } from './text/index.js';

/** Who has approved, and who is missing. */
export function approvalBlocks(
  { request, approvals, quorum }: RequestView,
  locale: Locale,
): readonly Block[] {
  if (request.kind === 'break_glass') return [];
  const { request: text } = textFor(locale).release;
  if (quorum === undefined) {
    const names = approvals.map((approval) => `✓ ${person(approval.person)}`);
    return [section([...names, `_${text.unknownPlaces}_`].join('\n'))];
  }
  const isWaiting = request.state === 'open' || request.state === 'approved';
  const lines = quorum.places.map(({ target, group, personId }) => {
    const who = group === undefined ? text.anyone : `<!subteam^${group}>`;
    const place = target === undefined ? who : `${target}: ${who}`;
    const approval = approvals.find((one) => one.person.id === personId);
    if (approval === undefined) return `${isWaiting ? '⏳' : '–'} ${place}  ${isWaiting ? text.waiting : ''}`;
    return `✓ ${place}  ${person(approval.person)} · ${slackTime(approval.decidedAt)}`;
  });
  const seated = new Set(quorum.places.map(({ personId }) => personId));
  const more = approvals
    .filter((approval) => !seated.has(approval.person.id))
    .map((one) => `✓ ${person(one.person)} · ${slackTime(one.decidedAt)}  _${text.noPlace}_`);
  const given = quorum.places.filter(({ personId }) => personId !== undefined).length;
  const title = `*${text.approvals(given, quorum.places.length)}*`;
  return [section(clip([title, ...lines, ...more].join('\n'), LIMITS.section))];
}

/** Until when the next step may be taken. */
export function clockBlocks(
  { state, quorumExpiresAt, startExpiresAt }: ReleaseRequest,
  locale: Locale,
): readonly Block[] {
  const { request: text } = textFor(locale).release;
  if (state === 'open') return [context(`⏱ ${text.quorumUntil(slackTime(quorumExpiresAt))}`)];
  if (state === 'approved' && startExpiresAt !== null) {
    return [section(`*${text.startUntil(slackTime(startExpiresAt))}*`)];
  }
  return [];
}
