import type { Report } from '../conversation/subcommand.js';
import { type Announcer, type Messages, putMessage, tryEach } from '../messages/living-messages.js';
import type { MessageStore } from '../messages/message-store.js';
import { type ReleaseContext, targetOf } from './release-context.js';
import { type RequestView, readRequestView } from './request-view.js';

/** How a request looks, in the language of the installation. */
export interface RequestViews {
  readonly request: (view: RequestView) => Report;
  /** The loud one: a release that skips its approvals, and who has to look at it. */
  readonly brokenGlass: (view: RequestView) => Report;
}

export interface AnnouncementContext extends ReleaseContext {
  readonly messages: Messages['messages'] & Pick<MessageStore, 'ofSubject'>;
  readonly announcer: Announcer;
  readonly views: RequestViews;
}

/** As often as a request moves on while its messages are being changed. */
const ATTEMPTS = 5;

const requestSubject = (requestId: string): string => `release request ${requestId}`;

/**
 * Brings every message about a request up to date, and posts those that are missing. May be called at any time, any
 * number of times. @throws Slack's error: the caller tries again later.
 */
export async function announceRequest(context: AnnouncementContext, requestId: string): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const view = await readRequestView(context, requestId);
    if (view === undefined) return;
    await showEverywhere(context, view);
    const now = await readRequestView(context, requestId);
    if (now === undefined || JSON.stringify(now) === JSON.stringify(view)) return;
  }
}

async function showEverywhere(context: AnnouncementContext, view: RequestView): Promise<void> {
  const target = targetOf(context, view.request);
  if (target?.channels === undefined) return;
  const { reports, incidents } = target.channels;
  const known = [keyOf(view, 'request'), keyOf(view, 'brokenGlass')];
  const copies = async () => {
    const all = await context.messages.ofSubject(requestSubject(view.request.requestId));
    await tryEach(
      all
        .filter(({ key }) => !known.includes(key))
        .map(({ channel, ts }) => async () => {
          if (ts !== null) await context.announcer.change({ channel, ts }, context.views.request(view));
        }),
    );
  };
  // The loud one first: nothing that is wrong elsewhere keeps it back.
  await tryEach([
    ...(view.request.kind === 'break_glass' ? [() => show(context, view, incidents, 'brokenGlass')] : []),
    () => show(context, view, reports, 'request'),
    copies,
  ]);
}

const keyOf = ({ request }: RequestView, as: keyof RequestViews): string =>
  `${requestSubject(request.requestId)} ${as}`;

function show(
  context: AnnouncementContext,
  view: RequestView,
  channel: string,
  as: keyof RequestViews,
): Promise<void> {
  const subject = requestSubject(view.request.requestId);
  return putMessage(context, { key: keyOf(view, as), subject, channel }, context.views[as](view));
}
