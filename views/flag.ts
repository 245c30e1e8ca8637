import type { Locale } from '../src/domain/localized.js';
import type { FileAndProcess, HostStatus } from '../src/domain/target-status.js';
import { readVariable } from '../src/domain/variable.js';
import { escapeMrkdwn } from './blocks.js';
import { textFor } from './text/index.js';

/** A value of the enable flag as the strategy reads it: ON, OFF, or why it is neither. */
function flagWord(raw: string | undefined, locale: Locale): string {
  const text = textFor(locale).status;
  if (raw === undefined) return text.notSet;
  const reading = readVariable({ type: 'boolean', default: undefined }, raw);
  if (reading.kind !== 'value') return text.unreadableFlag(escapeMrkdwn(raw));
  return reading.value === true ? text.on : text.off;
}

export function flagLine(flag: FileAndProcess, locale: Locale): string {
  const text = textFor(locale).status;
  const file = flagWord(flag.file, locale);
  if (flag.process === undefined) return `${text.summaryFlag(`*${file}*`)} (${text.processMissing})`;
  const process = flagWord(flag.process.value, locale);
  return file === process ? text.flag(file) : text.flagDiffers(file, process);
}

/** One word for the whole target; hosts that do not answer leave it unknown. */
export function flagOfTarget(hosts: readonly HostStatus[], locale: Locale): string {
  const text = textFor(locale).status;
  const words = hosts.flatMap((host) => {
    if (host.kind === 'unreachable') return [text.unknown];
    const { file, process } = host.flag;
    return [flagWord(file, locale), ...(process === undefined ? [] : [flagWord(process.value, locale)])];
  });
  const [first = text.unknown, ...others] = new Set(words);
  return others.length === 0 ? first : text.mixed;
}
