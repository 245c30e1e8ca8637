import type { Halt, HostHalt } from '../src/domain/halt.js';
import { isSettled, turnsOff } from '../src/domain/halt.js';
import type { Locale } from '../src/domain/localized.js';
import { escapeMrkdwn } from './blocks.js';
import { hostFaultText } from './host-fault.js';
import { slackTime } from './moments.js';
import { textFor } from './text/index.js';

const WAS_RESTARTED: readonly HostHalt['restart'][] = ['issued', 'done', 'failed'];

/** `✓ live-1  flag off on disk · restarted · process shows flag off`. */
export function hostLine(host: HostHalt, { kind, endedAt }: Halt, locale: Locale): string {
  const text = textFor(locale).rollback;
  const isOver = endedAt !== null;
  const isGone = host.process === 'stopped' && !turnsOff(kind);
  const isWrong = host.fault !== null || isGone;
  const symbol = isWrong ? '✗' : isSettled(host, kind) ? '✓' : isOver ? '✗' : '…';
  const again = host.fault === 'not_answering' && !isOver ? `; ${text.triedAgain}` : '';
  const steps = [
    isOver && host.disk === 'pending'
      ? text.ended.disk[kind]
      : text.disk[kind][host.disk === 'done' && host.diskWasDone ? 'was_done' : host.disk],
    ...(host.stop === 'none' || WAS_RESTARTED.includes(host.restart)
      ? [restartText(host, isOver, locale)]
      : []),
    ...(host.stop === 'none' ? [] : [stopText(host, host.stop, isOver, locale)]),
    isOver && host.process === 'unknown' ? text.ended.process : processText(host, kind, locale),
  ];
  const notes = [
    ...(host.fault === null ? [] : [`*${text.fault[host.fault]}${again}*`]),
    ...((host.fault !== null || host.disk === 'failed') && host.faultDetail !== ''
      ? [escapeMrkdwn(hostFaultText(host.faultDetail, locale))]
      : []),
    ...becauseText(host, isOver, locale),
    ...(host.disk === 'failed' && host.process === 'stopped' ? [`*${text.flagStillOn}*`] : []),
  ];
  return [
    `${symbol} *${escapeMrkdwn(host.host)}*  ${steps.join(' · ')}`,
    ...notes.map((note) => `→ ${note}`),
  ].join('\n');
}

/** What a host does not answer has neither been done nor failed, and what has ended is on its way no more. */
function restartText({ restart, fault }: HostHalt, isOver: boolean, locale: Locale): string {
  const text = textFor(locale).rollback;
  if (fault === 'not_answering' && restart === 'failed') return text.unanswered.restart;
  if (isOver && (restart === 'pending' || restart === 'issued')) return text.ended.restart[restart];
  return text.restart[restart];
}

function stopText(
  { fault }: HostHalt,
  stop: Exclude<HostHalt['stop'], 'none'>,
  isOver: boolean,
  locale: Locale,
): string {
  const text = textFor(locale).rollback;
  if (fault === 'not_answering' && stop !== 'issued') return text.unanswered.stop[stop];
  return isOver && stop === 'issued' ? text.ended.stop : text.stop[stop];
}

function becauseText(
  { stop, stopBecause, fault }: HostHalt,
  isOver: boolean,
  locale: Locale,
): readonly string[] {
  const text = textFor(locale).rollback;
  if (stopBecause === null || stopBecause === 'asked' || stop === 'none') return [];
  // It stands one line above.
  if (stopBecause === fault) return [];
  const isOpen = fault === 'not_answering' || (isOver && stop === 'issued');
  return [text.stopBecause[isOpen ? 'failed' : stop](text.fault[stopBecause])];
}

function processText(host: HostHalt, kind: Halt['kind'], locale: Locale): string {
  const text = textFor(locale).rollback;
  const isHalfGone = host.process === 'stopped' && host.fault === 'processes_left';
  // Its main process alone.
  const shown = isHalfGone ? text.noMainProcess : text.process[kind][host.process];
  const isProof = host.process === 'as_wanted' || host.process === 'stopped';
  if (!isProof) return shown;
  const at = host.processAt === null ? '' : ` ${slackTime(host.processAt, 'time_secs')}`;
  const { pid, pidBefore } = host;
  const isNew = pid !== null && pid !== 0 && pidBefore !== null && pidBefore !== 0 && pid !== pidBefore;
  return `${shown}${at}${isNew ? ` (${text.pid(String(pidBefore), String(pid))})` : ''}`;
}
