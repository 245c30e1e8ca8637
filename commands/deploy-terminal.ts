import { type Conversation, EXIT, type SubcommandResult } from '../src/conversation/subcommand.js';
import type { ReleaseRefusal } from '../src/domain/release-refusal.js';
import type { Target } from '../src/runbook/targets.js';
import { planReportView } from '../views/release-plan.js';
import { noteView, refusalAsText, refusalView } from '../views/release-sentence.js';
import { runJson } from '../views/run-json.js';
import { runningReportView } from '../views/running-report.js';
import { textFor } from '../views/text/index.js';
import { type DeployServices, planViewOf } from './deploy-services.js';
import type { DeployWords } from './deploy-words.js';
import { VERDICT_EXIT } from './exit-code.js';

/** The plan, and unless told to stop there, the request: its approvals are given in Slack. */
export async function deployFromTerminal(
  {
    wish,
    planOnly,
    acknowledged,
    supersedes,
  }: Pick<DeployWords, 'wish' | 'planOnly' | 'acknowledged' | 'supersedes'>,
  target: Target,
  conversation: Conversation,
  services: DeployServices,
): Promise<SubcommandResult> {
  const { locale, person } = conversation;
  const { releases, runbook } = services;
  const refuse = async (
    refusals: readonly ReleaseRefusal[],
    more: object = {},
    exitCode: SubcommandResult['exitCode'] = EXIT.noGo,
  ) => {
    await conversation.whisper(refusalView(refusals, locale));
    const told = refusals.map((refusal) => ({ ...refusal, message: refusalAsText(refusal, locale) }));
    return { exitCode, json: { ...more, refusals: told } };
  };
  if (!planOnly && wish.reason.trim() === '') return refuse([{ code: 'reason_missing' }]);
  const progress = { strategy: runbook.strategy, target: target.name, kind: 'precheck' as const };
  const live = await conversation.post(runningReportView({ ...progress, checks: [] }, locale));
  const checked = await releases.plan(wish, target, person, (checks) =>
    live.update(runningReportView({ ...progress, checks }, locale)),
  );
  if (checked.kind === 'refused') {
    const isAway = checked.refusals.some(({ code }) => code === 'host_error');
    return refuse(checked.refusals, {}, isAway ? EXIT.unavailable : EXIT.noGo);
  }
  await live.finish(planReportView(planViewOf(checked, wish, target, services), locale));
  const { plan, run, digest, toAcknowledge, promotion, frozen } = checked;
  const json = { plan, digest, toAcknowledge, promotion, frozen, run: runJson(run, locale) };
  if (planOnly) return { exitCode: VERDICT_EXIT[run.verdict], json };

  const waiting = supersedes ? (await releases.live(target.name))?.requestId : undefined;
  const asked = { wish, target, by: person, runId: run.runId, digest, acknowledged, supersedes: waiting };
  const result = await releases.request(asked);
  if (result.kind === 'requested') {
    const { requestId, quorumExpiresAt, state } = result.request;
    const channel = target.channels?.reports ?? '';
    await conversation.whisper(noteView(`✅ ${textFor(locale).release.request.posted(channel)}`));
    return { exitCode: EXIT.ok, json: { ...json, request: { requestId, state, quorumExpiresAt } } };
  }
  const refusals = 'refusal' in result ? [result.refusal] : result.refusals;
  const exitCode = run.verdict === 'GO' ? EXIT.noGo : VERDICT_EXIT[run.verdict];
  return refuse(refusals, json, exitCode);
}
