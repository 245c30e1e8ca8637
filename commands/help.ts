import type { HelpServices } from '../src/app/cli.js';
import type { Services } from '../src/app/services.js';
import { EXIT, type Subcommand } from '../src/conversation/subcommand.js';
import { helpView } from '../views/help.js';

/** @param all every subcommand, also this one. */
export function createHelp(all: () => readonly Subcommand<Services>[]): Subcommand<HelpServices> {
  return {
    name: 'help',
    audience: 'all',
    usage: '',
    summary: { en: 'Show what can be asked for, and by whom.', 'zh-CN': '显示可用的命令及使用者。' },
    async run(_words, conversation, { targets }) {
      const { surface } = conversation.person;
      // Slack tells of what a terminal has besides; a terminal of what it can do.
      const entries = all().filter(
        ({ surfaces }) => surface === 'slack' || (surfaces?.includes(surface) ?? true),
      );
      await conversation.whisper(helpView(entries, [...targets.targets.keys()], conversation.locale));
      const json = entries.map(({ name, usage, section = null, audience, summary }) => ({
        name,
        usage,
        section,
        audience,
        summary: summary[conversation.locale],
      }));
      return { exitCode: EXIT.ok, json };
    },
  };
}
