import type { CheckResult } from '../src/domain/check-run.js';
import type { Locale } from '../src/domain/localized.js';
import type { Block, Report } from '../src/domain/report.js';
import { stoppingChecks } from '../src/domain/stopping-checks.js';
import { shortDataHours, type Training, type TrainingResult } from '../src/domain/training.js';
import { evaluateVerdict } from '../src/domain/verdict.js';
import { actions, type Button, code, context, escapeMrkdwn, header, section, typedName } from './blocks.js';
import { cell } from './cell.js';
import { checkSentence, remedySentence } from './check-sentence.js';
import { trainingData } from './model-evidence.js';
import { sentenceAsText, sentenceForSlack } from './moments.js';
import { person } from './person.js';
import { OUTCOME_SYMBOL, VERDICT_SYMBOL } from './symbols.js';
import { textFor } from './text/index.js';
import { METRICS_CHART, metricBlocks } from './train-metrics.js';
import { headline, logButton, overrideLine } from './train-parts.js';
import { spanText } from './train-time.js';

/** How a training came out: verdict first, then why, then what can be done. */
export function endedTrainingView(training: Training, locale: Locale): Report {
  const { title, why, blocks } = contentOf(training, locale);
  return {
    text: `${title}: ${why}`,
    blocks: [
      header(title),
      context([headline(training, locale), ...tookText(training, locale)].join(' · ')),
      ...blocks,
      ...overrideLine(training, locale),
      actions(...endedButtons(training, locale)),
    ],
    optionalBlockIds: [METRICS_CHART],
  };
}

interface Content {
  readonly title: string;
  /** For notifications: no markup. */
  readonly why: string;
  readonly blocks: readonly Block[];
}

function contentOf(training: Training, locale: Locale): Content {
  const { state, result } = training;
  if (state === 'finished' && result !== null) return finished(training, result, locale);
  if (state === 'refused') return refused(training, locale);
  return state === 'cancelled' ? cancelled(training, locale) : failed(training, locale);
}

function finished(training: Training, result: TrainingResult, locale: Locale): Content {
  const text = textFor(locale).train;
  const { check, stagedAs, sha256, size } = result;
  const verdict = evaluateVerdict([check]);
  const isFit = stagedAs !== null;
  const say = isFit ? text.title.finished : verdict === 'NO_GO' ? text.title.modelRefused : text.title.held;
  const gate = `${OUTCOME_SYMBOL[check.outcome]} *${text.gate}*  ${sentenceForSlack(gateSentence(check, locale))}`;
  const remedy = remedySentence(check, locale);
  const [row = {}] = check.observed;
  const where = isFit ? text.staged(code(stagedAs), training.target) : text.notStaged;
  return {
    title: `${VERDICT_SYMBOL[verdict]} ${say(training.horizon, training.strategy)}`,
    why: escapeMrkdwn(sentenceAsText(gateSentence(check, locale))),
    blocks: [
      section(check.outcome !== 'ERROR' || remedy === '' ? gate : `${gate}\n→ ${sentenceForSlack(remedy)}`),
      ...shortDataBlocks(training, locale),
      ...metricBlocks(row, locale),
      section(where),
      context([...trainingData(row, locale), text.file(code(sha256), (size / 1000).toFixed(1))].join(' · ')),
    ],
  };
}

function shortDataBlocks(training: Training, locale: Locale): readonly Block[] {
  const hours = shortDataHours(training);
  if (hours === undefined) return [];
  const shown = String(Number(hours.toFixed(1)));
  return [section(`⚠ ${textFor(locale).train.shortData(shown, String(training.lookbackHours))}`)];
}

/** The model stands on no host yet: nothing is said of one. */
function gateSentence(check: CheckResult, locale: Locale): string {
  const [row = {}] = check.observed;
  if (check.outcome === 'PASS') {
    const [tried, typical] = [cell(row, 'tried_inputs'), cell(row, 'typical_rows')];
    return textFor(locale).train.fit(tried, typical, cell(row, 'least_output'), cell(row, 'most_output'));
  }
  const observed = check.observed.map(({ host: _host, path: _path, ...facts }) => facts);
  const host = cell(row, 'host');
  const says = check.says.map((sentence) => ({
    en: withoutHost(sentence.en, host),
    'zh-CN': withoutHost(sentence['zh-CN'], host),
  }));
  return checkSentence({ ...check, observed, says }, locale);
}

/** `live-1: it is worse` → `It is worse`. */
function withoutHost(sentence: string, host: string): string {
  if (host === '' || !sentence.startsWith(host)) return sentence;
  const rest = sentence.slice(host.length).replace(/^[:：]\s*/, '');
  return `${rest.charAt(0).toUpperCase()}${rest.slice(1)}`;
}

function refused(training: Training, locale: Locale): Content {
  const text = textFor(locale).train;
  const stopping = stoppingChecks(training.checks);
  const verdict = evaluateVerdict(training.checks);
  const lines = stopping.map((check) => {
    const remedy = remedySentence(check, locale);
    const line = `${OUTCOME_SYMBOL[check.outcome]} *${check.section} ${check.title[locale]}*  ${sentenceForSlack(checkSentence(check, locale))}`;
    return section(remedy === '' ? line : `${line}\n→ ${sentenceForSlack(remedy)}`);
  });
  return {
    title: `${VERDICT_SYMBOL[verdict]} ${text.title.refused(training.horizon, training.strategy)}`,
    why: stopping.map((check) => escapeMrkdwn(sentenceAsText(checkSentence(check, locale)))).join(' '),
    blocks: [section(`*${text.whatStops}*`), ...lines],
  };
}

function cancelled(training: Training, locale: Locale): Content {
  const text = textFor(locale).train;
  const who = training.cancelRequested;
  const line = who === null ? '' : text.cancelledBy(person(who));
  return {
    title: `⏹ ${text.title.cancelled(training.horizon, training.strategy)}`,
    why: who === null ? text.nothingStaged : text.cancelledBy(typedName(who.name)),
    blocks: [section(`${line} ${text.nothingStaged}`.trim())],
  };
}

function failed(training: Training, locale: Locale): Content {
  const text = textFor(locale).train;
  const why = failureSentence(training, locale);
  const line = training.progress?.lastLine ?? '';
  return {
    title: `✗ ${text.title.failed(training.horizon, training.strategy)}`,
    why: escapeMrkdwn(why),
    blocks: [
      section(`${escapeMrkdwn(why)} ${text.nothingStaged}`),
      ...(line === '' ? [] : [context(`${text.lastLine}: ${code(line)}`)]),
    ],
  };
}

/** '' where it did not fail. */
function failureSentence({ failure }: Training, locale: Locale): string {
  if (failure === null) return '';
  return textFor(locale).train.failure[failure.code]((name) => String(failure.facts[name] ?? ''));
}

function tookText({ startedAt, endedAt }: Training, locale: Locale): readonly string[] {
  if (startedAt === null || endedAt === null) return [];
  return [textFor(locale).train.took(spanText(Date.parse(endedAt) - Date.parse(startedAt), locale))];
}

function endedButtons(training: Training, locale: Locale): readonly Button[] {
  const { button } = textFor(locale).train;
  const { trainingId, horizon, lookbackHours, result, target, modelName, state, startedAt } = training;
  const again = JSON.stringify({ horizon, target, lookbackHours });
  const model = result?.stagedAs ?? null;
  const deploy = JSON.stringify({ target, model, version: modelName, sha256: result?.sha256 });
  return [
    ...(model === null
      ? []
      : [{ actionId: 'deploy:prefill', text: button.deploy, value: deploy, style: 'primary' } as const]),
    { actionId: 'train:again', text: button.again, value: again },
    ...(state === 'refused'
      ? [{ actionId: 'train:despite', text: button.despite, value: again } as const]
      : []),
    ...(startedAt === null ? [] : [logButton(trainingId, locale)]),
  ];
}
