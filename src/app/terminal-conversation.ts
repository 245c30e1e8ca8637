import type { Conversation, LiveMessage, Report } from '../conversation/subcommand.js';
import type { Locale } from '../domain/localized.js';
import type { Person } from '../domain/person.js';

interface TerminalOptions {
  readonly person: Person;
  readonly locale: Locale;
  readonly asText: (report: Report) => string;
  /** Gets each finished report; nothing with `--json`. */
  readonly print: (text: string) => void;
  /** Gets one line that is written over, while work goes on; nothing unless somebody watches. */
  readonly showProgress: (line: string) => void;
}

/** The conversation of a terminal: what would move in Slack is one line here, and then the report. */
export function createTerminalConversation(options: TerminalOptions): Conversation {
  const { person, locale, asText, print, showProgress } = options;
  const live: LiveMessage = {
    ref: undefined,
    update: (report) => showProgress(report.text),
    async finish(report) {
      showProgress('');
      print(asText(report));
    },
  };
  return {
    person,
    locale,
    channel: '',
    async post(report) {
      showProgress(report.text);
      return live;
    },
    async whisper(report) {
      print(asText(report));
    },
    writeLine: print,
  };
}
