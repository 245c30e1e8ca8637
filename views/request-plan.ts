import type { Locale } from '../src/domain/localized.js';
import { isDecided } from '../src/domain/release-request.js';
import type { Block } from '../src/domain/report.js';
import type { RequestView } from '../src/domain/request-view.js';
import { actions, allFolded, section } from './blocks.js';
import { modelEvidenceBlocks } from './model-evidence.js';
import { promotionBlocks } from './promotion.js';
import { artefactLines, changesByHosts, type PlanView, planDetails } from './release-plan.js';
import { textFor } from './text/index.js';
import { withdrawnBlocks } from './withdrawn-model.js';

type ShownPlan = Pick<PlanView, 'plan' | 'modelVersion' | 'envPrefix'>;

const SHOWN_CHANGES = 3;

/** What a release brings, in the few lines that an approver reads first; the whole of it is `wholePlan`. */
export function planSummary({ plan, modelVersion, envPrefix }: ShownPlan, locale: Locale): readonly Block[] {
  const groups = changesByHosts(plan, envPrefix, locale);
  const [first] = groups;
  const all = groups.reduce((count, { lines }) => count + lines.length, 0);
  const shown = (first?.lines ?? []).slice(0, SHOWN_CHANGES);
  const left = all - shown.length;
  const changes = [
    ...(first === undefined ? [] : [`*${first.names}*`]),
    ...shown,
    ...(left === 0 ? [] : [textFor(locale).release.plan.moreChanges(left)]),
  ];
  return [
    section([...artefactLines({ plan, modelVersion }, locale), ...changes].join('\n')),
    ...withdrawnBlocks(plan, locale),
  ];
}

/** Every change on every host, what was taken over with it, and what is known of the model, folded. */
export function wholePlan(
  { plan, envPrefix }: ShownPlan,
  { request, run }: RequestView,
  locale: Locale,
): readonly Block[] {
  const { details: text } = textFor(locale).report.button;
  const details = { actionId: 'run:details', text, value: request.checkRunId };
  const blocks = [
    ...planDetails(plan, envPrefix, locale),
    ...modelEvidenceBlocks(plan, run, locale),
    ...promotionBlocks(request.promotion, locale),
    ...(isDecided(request) ? [] : [actions(details)]),
  ];
  return allFolded(textFor(locale).release.plan.whole, blocks);
}
