import type { ChainedEvent } from '../src/domain/audit-event.js';
import type { CheckResult, StoredRun } from '../src/domain/check-run.js';
import { type DocumentInEvidence, type Evidence, isWhole } from '../src/domain/evidence.js';
import type { Locale } from '../src/domain/localized.js';
import { checkSentence } from './check-sentence.js';
import { moment, named } from './evidence-parts.js';
import { releaseParts } from './evidence-release.js';
import { EVIDENCE_STYLE } from './evidence-style.js';
import { codeOf, html, Markup, preOf, table } from './html.js';
import { sentenceAsText } from './moments.js';
import { haltReportView } from './rollback-report.js';
import { OUTCOME_SYMBOL, VERDICT_SYMBOL } from './symbols.js';
import { terminalText } from './terminal.js';
import { textFor } from './text/index.js';

/** Everything that decided, as one page that needs nothing beside it and prints well. Times are UTC. */
export function evidencePage(evidence: Evidence, fingerprint: string, locale: Locale): string {
  const text = textFor(locale).evidence;
  const { kind, id, strategy, target, madeAt } = evidence;
  const title = `${text.title[kind]} · ${strategy} · ${target}`;
  const parts =
    evidence.kind === 'release'
      ? releaseParts(evidence, locale)
      : [preOf(terminalText(haltReportView(evidence.halt, { locale, commands: new Map() })))];
  const page = html`<!doctype html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${title}</h1>
<p class="note">${text.made(id, moment(madeAt))}</p>
${parts}
<h2>${text.checks}</h2>
${evidence.runs.length === 0 ? html`<p class="note">${text.noRuns}</p>` : ''}
${evidence.runs.map((run) => runPart(run, locale))}
${evidence.missingRuns.map((runId) => html`<p>${text.runMissing(runId)}</p>`)}
<h2>${text.documents}</h2>
${documentPart(evidence.documents, locale)}
<h2>${text.audit}</h2>
${auditPart(evidence, locale)}
<h2>${text.proof}</h2>
<p>${text.signedBy}<br>${codeOf(fingerprint)}</p>
<p>${text.howToVerify}</p>
${preOf('lobml evidence verify DIR --key KEY.pem')}
</body>
</html>
`;
  return page.source;
}

const STYLE = new Markup(EVIDENCE_STYLE);

function runPart(run: StoredRun, locale: Locale): Markup {
  const text = textFor(locale).evidence;
  const { kind, verdict } = textFor(locale).report;
  const facts = `${moment(run.startedAt)} · ${named(run.requestedBy)} · ${run.runId}`;
  return html`<h3>${VERDICT_SYMBOL[run.verdict]} ${kind[run.kind]}: ${verdict[run.verdict]}${run.planned === true ? ` (${text.planned})` : ''}</h3>
<p class="note">${facts}</p>
${table(
  text.checkColumns,
  run.checks.map((check) => checkRow(check, locale)),
)}`;
}

function checkRow(check: CheckResult, locale: Locale) {
  const { evidence, outcome } = check;
  const shadow = check.mode === 'shadow' ? ` (${textFor(locale).evidence.shadow})` : '';
  const { sha256, sql, parameters, hosts, window } = evidence;
  const window_ = window === undefined ? '' : `${moment(window.from)} – ${moment(window.to)}`;
  return [
    html`${check.section}<br>${check.title[locale]}${shadow}<br>${codeOf(check.id)}`,
    `${OUTCOME_SYMBOL[outcome]} ${outcome}`,
    html`<p>${sentenceAsText(checkSentence(check, locale))}</p>${check.observed.length === 0 ? '' : preOf(rowsText(check.observed))}`,
    html`${check.expected === '' ? '' : codeOf(check.expected)}<p>${[window_, ...(hosts ?? [])].filter(Boolean).join(' · ')}</p>${
      sha256 === undefined ? '' : html`<p>SHA-256 ${codeOf(sha256)}</p>`
    }${sql === undefined ? '' : preOf(`${sql.trim()}${parameters === undefined ? '' : `\n-- ${JSON.stringify(parameters)}`}`)}`,
  ];
}

/** So many rows are shown; all of them stand in the run's file. */
const SHOWN_ROWS = 12;

const rowsText = (rows: CheckResult['observed']): string =>
  [
    ...rows.slice(0, SHOWN_ROWS).map((row) => JSON.stringify(row)),
    ...(rows.length > SHOWN_ROWS ? [`… ${rows.length}`] : []),
  ].join('\n');

function documentPart(documents: readonly DocumentInEvidence[], locale: Locale): Markup {
  const text = textFor(locale).evidence;
  if (documents.length === 0) return html`<p class="note">${text.noDocuments}</p>`;
  return table(
    text.documentColumns,
    documents.map(({ kind, sha256, kept }) => [
      text.documentKind[kind],
      codeOf(sha256),
      kept === undefined ? text.notKept : kept.files.map(({ name }) => name).join(', '),
    ]),
  );
}

function auditPart({ chain: { links, head } }: Evidence, locale: Locale): Markup {
  const text = textFor(locale).evidence;
  const events = links.filter(isWhole);
  return html`<p class="note">${text.chain(events.length, links.length - events.length)}${
    head === undefined ? '' : html` ${text.head(head.position)} ${codeOf(head.sha256)}`
  }</p>
${table(
  text.auditColumns,
  events.map((event) => [
    event.position,
    moment(event.at),
    event.kind,
    named(event.actor),
    eventFacts(event),
    codeOf(event.sha256.slice(0, 16)),
  ]),
)}`;
}

/** The plan of an event stands above; it would be said again with each of them. */
function eventFacts({ reason, details }: ChainedEvent): Markup {
  const { plan: _, ...facts } = details;
  const shown = JSON.stringify(facts);
  return html`${reason ?? ''} ${codeOf(shown.length > 400 ? `${shown.slice(0, 400)}…` : shown)}`;
}
