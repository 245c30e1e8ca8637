import type { ReleaseEvidence } from '../src/domain/evidence.js';
import type { Locale } from '../src/domain/localized.js';
import type { HostPlan, VariableChange } from '../src/domain/release-plan.js';
import type { ReleaseProblem } from '../src/domain/release-problem.js';
import type { ReleaseRecord, StepRecord } from '../src/domain/release-record.js';
import { moment, named } from './evidence-parts.js';
import { codeOf, html, type Markup, preOf, table } from './html.js';
import { sentenceAsText } from './moments.js';
import { acknowledgedText, sizeText } from './release-plan.js';
import { problemQuotes, problemSentence } from './release-problem.js';
import { stateTextOf, stepName, symbolOf } from './release-summary.js';
import { textFor } from './text/index.js';

/** What was approved, by whom, and how it was carried out. */
export function releaseParts(evidence: ReleaseEvidence, locale: Locale): readonly Markup[] {
  const { release, request } = evidence;
  const text = textFor(locale).evidence;
  const { problem, startedAt, endedAt } = release;
  return [
    html`<p class="state">${symbolOf(release)} ${stateTextOf(release, locale)}</p>
<p>${moment(startedAt)} – ${endedAt === null ? '…' : moment(endedAt)}</p>
${problem === null ? '' : html`<p>${sentenceAsText(problemSentence(problem, locale))}</p>`}
<h2>${text.decision}</h2>
<p>${text.askedBy(named(request.requestedBy), moment(request.createdAt))}${request.kind === 'break_glass' ? html` <strong>${text.brokenGlass}</strong>` : ''}</p>
<p>${text.because}: “${request.reason}”</p>
<p>${text.digest} ${codeOf(request.digest)}</p>`,
    approvalPart(evidence, locale),
    html`<h2>${textFor(locale).release.plan.title}</h2>`,
    artefactPart(evidence, locale),
    ...request.plan.hosts.map((host) => hostPart(host, locale)),
    html`<h2>${text.steps}</h2>`,
    stepPart(release, locale),
    quotePart(release, locale),
  ];
}

function approvalPart({ approvals, request, runs }: ReleaseEvidence, locale: Locale): Markup {
  const text = textFor(locale).evidence;
  const checks = runs.find(({ runId }) => runId === request.checkRunId)?.checks ?? [];
  const { reviewedBy, reviewedAt } = request;
  return html`${approvals.length === 0 ? html`<p class="note">${text.noApprovals}</p>` : ''}
${table(
  text.approvalColumns,
  approvals.map(({ person, decision, decidedAt, reason, digest }) => [
    named(person),
    text.approval[decision],
    moment(decidedAt),
    reason ?? '',
    codeOf(digest.slice(0, 16)),
  ]),
)}
${table(
  text.acknowledgedColumns,
  request.acknowledged.map(({ subject, by, at }) => [
    acknowledgedText(subject, { checks }, locale),
    named(by),
    moment(at),
  ]),
)}
${reviewedBy === null || reviewedAt === null ? '' : html`<p>${text.reviewed(named(reviewedBy), moment(reviewedAt))}</p>`}`;
}

function artefactPart({ request: { plan, wish } }: ReleaseEvidence, locale: Locale): Markup {
  const text = textFor(locale).evidence;
  const { plan: words } = textFor(locale).release;
  const rows = [
    { title: words.model, artefact: plan.model, version: wish.modelVersion ?? '' },
    { title: words.binary, artefact: plan.binary, version: '' },
  ].map(({ title, artefact, version }) =>
    artefact === undefined
      ? [title, words.unchanged, '', '', '']
      : [
          title,
          artefact.name,
          version,
          sizeText(artefact.size),
          html`${codeOf(artefact.sha256)}${artefact.metaSha256 === undefined ? '' : html`<br>meta.json ${codeOf(artefact.metaSha256)}`}`,
        ],
  );
  return table(text.artefactColumns, rows);
}

function hostPart(host: HostPlan, locale: Locale): Markup {
  const text = textFor(locale).evidence;
  const { drift: driftTexts } = textFor(locale).release.plan;
  const named = [...(host.undeclared ?? []).map((one) => ({ why: driftTexts.undeclared, ...one }))];
  const since = (host.sinceConfirmed ?? []).map((one) => ({ why: driftTexts.since_confirmed, ...one }));
  return html`<h3>${host.host}</h3>
${table(text.variableColumns, [
  ...host.changes.map((change) => variableRow(text.changes, change, locale)),
  ...host.drift.map((change) => variableRow(driftTexts.drift, change, locale)),
  ...[...named, ...since].map(({ why, variable, shown }) =>
    shown === undefined
      ? [why, codeOf(variable), text.concealed, text.concealed]
      : variableRow(why, { variable, ...shown }, locale),
  ),
])}
${host.withoutDeadMan === undefined ? '' : html`<p>${driftTexts.no_dead_man}</p>`}
<p class="note">${text.layers}</p>
${table(
  text.layerColumns,
  host.layers.map(({ path, sha256 }) => [codeOf(path), codeOf(sha256)]),
)}`;
}

function variableRow(why: string, { variable, before, after }: VariableChange, locale: Locale) {
  const value = (text: string | null) =>
    text === null ? `(${textFor(locale).release.plan.notSet})` : codeOf(text);
  return [why, codeOf(variable), value(before), value(after)];
}

function stepPart({ steps }: ReleaseRecord, locale: Locale): Markup {
  const text = textFor(locale).evidence;
  const { stepState } = textFor(locale).deploy;
  return table(
    text.stepColumns,
    steps.map((step) => [
      stepName(step, locale),
      step.host ?? '',
      stepState[step.state],
      step.finishedAt === null ? '' : moment(step.finishedAt),
      stepFacts(step, locale),
    ]),
  );
}

function stepFacts({ problem, after }: StepRecord, locale: Locale): Markup {
  const said = problem === null ? '' : html`<p>${sentenceAsText(problemSentence(problem, locale))}</p>`;
  return html`${said}${after === null ? '' : codeOf(JSON.stringify(after))}`;
}

/** What hosts said, as the steps noted it. */
function quotePart({ steps, problem }: ReleaseRecord, locale: Locale): Markup {
  const quotesOf = (one: ReleaseProblem | null) => (one === null ? [] : problemQuotes(one, locale));
  const found = [
    ...steps.map((step) => ({
      of: `${stepName(step, locale)} ${step.host ?? ''}`,
      lines: quotesOf(step.problem),
    })),
    { of: '', lines: quotesOf(problem) },
  ].filter(({ lines }) => lines.length > 0);
  const once = found.filter(
    ({ lines }, index) => found.findIndex((one) => one.lines.join() === lines.join()) === index,
  );
  if (once.length === 0) return html``;
  return html`<h2>${textFor(locale).evidence.quotes}</h2>
${once.map(({ of, lines }) => html`<h3>${of}</h3>${preOf(lines.join('\n'))}`)}`;
}
