import type { Locale } from '../src/domain/localized.js';
import type { Block } from '../src/domain/report.js';
import type { HostStatus } from '../src/domain/target-status.js';
import { code, escapeMrkdwn, section } from './blocks.js';
import { flagLine } from './flag.js';
import { slackTime } from './moments.js';
import { textFor } from './text/index.js';

const SHORT_HASH = 12;

type ReadHost = Extract<HostStatus, { kind: 'read' }>;

/** One host: flag, process, model. */
export function hostSection(host: HostStatus, locale: Locale): Block {
  if (host.kind === 'unreachable') {
    const why = textFor(locale).report.hostError[host.code] ?? host.code;
    return section(textFor(locale).status.hostUnreachable(escapeMrkdwn(host.host), why));
  }
  const lines = [
    `*${escapeMrkdwn(host.host)}*  ${flagLine(host.flag, locale)}`,
    processLine(host, locale),
    modelLine(host, locale),
  ];
  return section(lines.join('\n'));
}

function processLine({ service }: ReadHost, locale: Locale): string {
  const text = textFor(locale).status;
  const { pid, since, state, restarts } = service;
  const again = restarts === 0 ? [] : [text.restarts(restarts)];
  if (pid === 0) return [text.stopped(escapeMrkdwn(state)), ...again].join(' · ');
  const started = since === undefined ? text.unknown : slackTime(since, 'date_short_pretty');
  return [text.running(started, pid), ...again].join(' · ');
}

function modelLine({ model, modelVersion }: ReadHost, locale: Locale): string {
  const text = textFor(locale).status;
  const file = code(modelVersion.file ?? text.notSet);
  const process = modelVersion.process && code(modelVersion.process.value ?? text.notSet);
  const version =
    process === undefined || process === file ? text.version(file) : text.versionDiffers(file, process);
  if (model.kind === 'file') return `${version} · SHA-256 ${code(model.sha256.slice(0, SHORT_HASH))}`;
  if (model.because === 'not_set') return `${version} · ${text.modelNotSet}`;
  return `${version} · ${text.modelUnknown(code(model.path), textFor(locale).report.hostError[model.because] ?? model.because)}`;
}
