import type { PageCommand } from './protocol.js';

/** What a subcommand says of itself, as far as the page's hint list shows it. */
export interface HintSource {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  readonly surfaces?: readonly string[];
}

/** `/lobml` with a hint for each subcommand, and for each target where one takes a target. */
export function lobmlCommand(sources: readonly HintSource[], targets: readonly string[]): PageCommand {
  const hints = sources
    .filter(({ surfaces }) => surfaces?.includes('slack') ?? true)
    .flatMap(({ name, usage, summary }) => [
      { text: name, description: summary },
      ...(usage.startsWith('[target') ? targets : []).map((target) => ({
        text: `${name} ${target}`,
        description: summary,
      })),
    ]);
  return {
    command: '/lobml',
    description: 'Release captain of the trading strategy',
    usageHint: 'help',
    hints,
  };
}
