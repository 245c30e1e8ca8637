import type { HelpServices } from '../src/app/cli.js';
import type { Services } from '../src/app/services.js';
import { EXIT, type Subcommand } from '../src/conversation/subcommand.js';
import { helpView } from '../views/help.js';
import { textFor } from '../views/text/index.js';

/** @param all every subcommand, also this one. */
export function createHelp(all: () => readonly Subcommand<Services>[]): Subcommand<HelpServices> {
  return {
    name: 'help',
    audience: 'all',
    usage: '',
    async run(_words, conversation, { targets }) {
      const { surface } = conversation.person;
      // Slack tells of what a terminal has besides; a terminal of what it can do.
      const entries = all().filter(
        ({ surfaces }) => surface === 'slack' || (surfaces?.includes(surface) ?? true),
      );
      await conversation.whisper(helpView(entries, targets.everyName, conversation.locale));
      const { summaries } = textFor(conversation.locale);
      const json = entries.map(({ name, usage, section = null, audience }) => ({
        name,
        usage,
        section,
        audience,
        summary: summaries[name] ?? '',
      }));
      return { exitCode: EXIT.ok, json };
    },
  };
}
