import type { Locale } from '../src/domain/localized.js';
import type { Report } from '../src/domain/report.js';
import type { SubcommandEntry } from '../src/domain/subcommand-entry.js';
import { TYPED_ACTION, type UnknownSubcommand } from '../src/domain/unknown-subcommand.js';
import { actions, clip, code, context, LIMITS, section } from './blocks.js';
import { textFor } from './text/index.js';

/** What stops the strategy stands first; then every subcommand with its arguments, what it is for and who may use it. */
export function helpView(
  entries: readonly SubcommandEntry[],
  targets: readonly string[],
  locale: Locale,
): Report {
  const { report, summaries } = textFor(locale);
  const { help } = report;
  const lines = entries.map((entry) => {
    const facts = [
      ...(entry.section === undefined ? [] : [help.section(entry.section)]),
      ...(entry.audience === 'all' ? [] : [help.audience[entry.audience]]),
      ...(entry.surfaces?.includes('slack') === false ? [help.terminalOnly] : []),
    ];
    const command = code(`${commandWord(entry)} ${entry.usage}`.trim());
    return `${command}  ${summaries[entry.name]}${facts.length === 0 ? '' : ` _(${facts.join(', ')})_`}`;
  });
  return {
    text: help.title,
    blocks: [
      section(`*${help.title}*\n${help.intro}`),
      section(help.emergency(code(`/lobml rollback ${targets[0] ?? 'TARGET'} --disable`))),
      ...chunksOf(lines, 20).map((part) => section(clip(part.join('\n'), LIMITS.section))),
      ...(targets.length === 0 ? [] : [context(`target: ${targets.map(code).join(', ')}`)]),
    ],
  };
}

const commandWord = ({ name, surfaces }: SubcommandEntry): string =>
  surfaces?.includes('slack') === false ? `lobml ${name}` : `/lobml ${name}`;

function chunksOf<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  const starts = Array.from({ length: Math.ceil(items.length / size) }, (_, index) => index * size);
  return starts.map((start) => items.slice(start, start + size));
}

/** The answer to a subcommand that does not exist; where it is plain what was meant, with a button that does it. */
export function unknownSubcommandView({ name, command }: UnknownSubcommand, locale: Locale): Report {
  const guess = command === undefined ? undefined : `/lobml ${command}`;
  const { help } = textFor(locale).report;
  const text = help.unknown(code(name), guess && code(guess), code('/lobml help'));
  const again = { actionId: TYPED_ACTION, text: clip(guess ?? '', LIMITS.buttonText), value: command ?? '' };
  return { text, blocks: [section(text), ...(guess === undefined ? [] : [actions(again)])] };
}
