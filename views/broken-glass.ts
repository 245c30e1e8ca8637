import type { Report } from '../src/domain/report.js';
import type { RequestView } from '../src/domain/request-view.js';
import { actions, context, header, section, typedName } from './blocks.js';
import { mentionApprovers } from './mentions.js';
import { modelEvidenceBlocks } from './model-evidence.js';
import { slackTime } from './moments.js';
import { person } from './person.js';
import { promotionBlocks } from './promotion.js';
import { planBlocks } from './release-plan.js';
import { buttonValue, type RequestViewOptions } from './release-request.js';
import { VERDICT_SYMBOL } from './symbols.js';
import { textFor } from './text/index.js';

/** The loud message in the incidents channel about a release that skips its approvals. */
export function brokenGlassView(
  { request, run, policy }: RequestView,
  { locale, envPrefix }: RequestViewOptions,
): Report {
  const text = textFor(locale).release;
  const title = `🚨 ${text.request.brokenGlass} · ${request.strategy} · ${request.target}`;
  const by = text.request.glassBy(
    person(request.requestedBy),
    slackTime(request.createdAt, 'date_short_pretty'),
  );
  const verdict =
    run === undefined
      ? []
      : [`${VERDICT_SYMBOL[run.verdict]} ${textFor(locale).report.verdict[run.verdict]}`];
  const review =
    request.reviewedBy === null
      ? [
          section(`${mentionApprovers(policy, request.requesterSlackId)} ${text.request.glassReview}`),
          actions({
            actionId: 'deploy:reviewed',
            text: text.button.reviewed,
            value: buttonValue(request),
            style: 'primary',
          }),
        ]
      : [
          section(
            `✓ ${text.request.glassReviewed(person(request.reviewedBy), slackTime(request.reviewedAt ?? '', 'date_short_pretty'))}`,
          ),
        ];
  const plan = planBlocks({ plan: request.plan, modelVersion: request.wish.modelVersion, envPrefix }, locale);
  return {
    text: `${title}: ${typedName(request.requestedBy.name)}`,
    blocks: [
      header(title),
      section(`*${by}*`),
      ...plan,
      ...modelEvidenceBlocks(request.plan, run, locale),
      ...promotionBlocks(request.promotion, locale),
      ...(verdict.length > 0 ? [context(...verdict)] : []),
      ...review,
    ],
  };
}
