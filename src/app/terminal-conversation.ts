import type { Conversation, LiveMessage } from '../conversation/subcommand.js';
import type { Locale } from '../domain/localized.js';
import type { Person } from '../domain/person.js';
import type { Report } from '../domain/report.js';

interface TerminalOptions {
  readonly person: Person;
  readonly locale: Locale;
  readonly asText: (report: Report) => string;
  /** Gets each finished report; nothing with `--json`. */
  readonly print: (text: string) => void;
  /** Gets one line that is written over, while work goes on; nothing unless somebody watches. */
  readonly showProgress: (line: string) => void;
  /** Aborts with the first Ctrl-C; a second one ends the program. */
  readonly interrupted?: () => AbortSignal;
  /** Gets each line that has changed, where nothing can be written over and it matters how far the work is. */
  readonly showChange?: ((line: string) => void) | undefined;
}

/** The conversation of a terminal: what would move in Slack is one line here, and then the report. */
export function createTerminalConversation(options: TerminalOptions): Conversation {
  const { person, locale, asText, print, showProgress, showChange, interrupted } = options;
  let shown: readonly string[] = [];
  const progress = (report: Report) => {
    showProgress(asText({ text: report.text, blocks: [] }));
    if (showChange === undefined) return;
    const lines = asText(report).split('\n');
    for (const line of lines) if (line.trim() !== '' && !shown.includes(line)) showChange(line);
    shown = lines;
  };
  const live: LiveMessage = {
    ref: undefined,
    update: progress,
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
      progress(report);
      return live;
    },
    async whisper(report) {
      print(asText(report));
    },
    writeLine: print,
    ...(interrupted && { interrupted }),
  };
}
