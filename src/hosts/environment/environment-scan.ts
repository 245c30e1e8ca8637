/**
 * The scanner for systemd's EnvironmentFile= syntax: systemd.exec(5), and state by state what
 * `parse_env_file_internal` of systemd's src/basic/env-file.c does, so that the bot reads what the service reads.
 */

const BLANK = ' \t\n\r';
const LINE_END = '\n\r';
const COMMENT_START = '#;';
/** Inside double quotes a backslash escapes only these; before anything else it stays in the value. */
const ESCAPED_IN_DOUBLE_QUOTES = '"\\`$';

type State =
  | 'before_name'
  | 'name'
  | 'before_value'
  | 'value'
  | 'value_escape'
  | 'single_quoted'
  | 'double_quoted'
  | 'double_quoted_escape'
  | 'comment'
  | 'comment_escape';

export interface ScannedAssignment {
  /** As written, without trailing blanks; not checked. */
  readonly name: string;
  readonly value: string;
  /** Where the name stands, counted from 1. */
  readonly line: number;
  /** Offsets into the text: from the name's first character to the line end that closes the assignment. */
  readonly start: number;
  readonly end: number;
  /** false: a quote was still open when the file ended, so the rest of the file is part of the value. */
  readonly closed: boolean;
}

interface EnvironmentScan {
  readonly assignments: readonly ScannedAssignment[];
  /** Lines that hold something without an equals sign: systemd ignores them. */
  readonly linesWithoutEquals: readonly { readonly line: number; readonly text: string }[];
  /** Lines of comments that end in a backslash: before systemd 254 they swallow the next line. */
  readonly continuedComments: readonly number[];
}

export interface ScanOptions {
  /** true: as systemd before 254, where a backslash at the end of a comment continues it. */
  readonly commentsContinue?: boolean;
}

class EnvironmentScanner {
  readonly assignments: ScannedAssignment[] = [];
  readonly linesWithoutEquals: { line: number; text: string }[] = [];
  readonly continuedComments: number[] = [];
  private readonly text: string;
  private readonly commentsContinue: boolean;
  private position = 0;
  private line = 1;
  private start = 0;
  private startLine = 1;
  private name = '';
  private value = '';
  /** Length of the value without the blanks at its end; undefined: it ends in something that counts. */
  private trimmedLength: number | undefined;

  constructor(text: string, commentsContinue: boolean) {
    this.text = text;
    this.commentsContinue = commentsContinue;
  }

  run(): void {
    let state: State = 'before_name';
    for (; this.position < this.text.length; this.position++) {
      const character = this.text.charAt(this.position);
      state = this.steps[state](character);
      if (character === '\n' || (character === '\r' && this.text[this.position + 1] !== '\n')) this.line++;
    }
    this.finish(state);
  }

  private readonly steps: Readonly<Record<State, (character: string) => State>> = {
    before_name: (character) => {
      if (COMMENT_START.includes(character)) return 'comment';
      if (BLANK.includes(character)) return 'before_name';
      this.start = this.position;
      this.startLine = this.line;
      this.name = character;
      return 'name';
    },
    name: (character) => {
      if (LINE_END.includes(character)) {
        this.linesWithoutEquals.push({ line: this.startLine, text: this.name });
        return 'before_name';
      }
      if (character === '=') {
        this.value = '';
        this.trimmedLength = undefined;
        return 'before_value';
      }
      this.name += character;
      return 'name';
    },
    before_value: (character) => {
      if (LINE_END.includes(character)) return this.push();
      if (character === "'") return 'single_quoted';
      if (character === '"') return 'double_quoted';
      if (character === '\\') return 'value_escape';
      if (BLANK.includes(character)) return 'before_value';
      this.value += character;
      return 'value';
    },
    value: (character) => {
      if (LINE_END.includes(character)) {
        this.trimValue();
        return this.push();
      }
      if (character === '\\') {
        this.trimmedLength = undefined;
        return 'value_escape';
      }
      if (!BLANK.includes(character)) this.trimmedLength = undefined;
      else this.trimmedLength ??= this.value.length;
      this.value += character;
      return 'value';
    },
    value_escape: (character) => {
      if (!LINE_END.includes(character)) this.value += character;
      return 'value';
    },
    // After a closing quote more may follow: `"a"'b'c` is one value, blanks between the parts are dropped.
    single_quoted: (character) => {
      if (character === "'") return 'before_value';
      this.value += character;
      return 'single_quoted';
    },
    double_quoted: (character) => {
      if (character === '"') return 'before_value';
      if (character === '\\') return 'double_quoted_escape';
      this.value += character;
      return 'double_quoted';
    },
    double_quoted_escape: (character) => {
      if (ESCAPED_IN_DOUBLE_QUOTES.includes(character)) this.value += character;
      else if (character !== '\n') this.value += `\\${character}`;
      return 'double_quoted';
    },
    comment: (character) => {
      if (character === '\\') return 'comment_escape';
      return LINE_END.includes(character) ? 'before_name' : 'comment';
    },
    comment_escape: (character) => {
      if (!LINE_END.includes(character)) return 'comment';
      this.continuedComments.push(this.line);
      return this.commentsContinue ? 'comment' : 'before_name';
    },
  };

  private trimValue(): void {
    if (this.trimmedLength !== undefined) this.value = this.value.slice(0, this.trimmedLength);
  }

  private push(closed = true): State {
    const atLineFeed = this.text[this.position] === '\n' && this.text[this.position - 1] === '\r';
    this.assignments.push({
      name: this.name.replace(/(?<![ \t])[ \t]+$/, ''),
      value: this.value,
      line: this.startLine,
      start: this.start,
      end: atLineFeed ? this.position - 1 : this.position,
      closed,
    });
    return 'before_name';
  }

  /** The last line may lack its line end. */
  private finish(state: State): void {
    if (state === 'name') this.linesWithoutEquals.push({ line: this.startLine, text: this.name });
    if (state === 'value') this.trimValue();
    if (state === 'before_value' || state === 'value' || state === 'value_escape') this.push();
    if (state === 'single_quoted' || state.startsWith('double_quoted')) this.push(false);
    if (state === 'comment_escape') this.continuedComments.push(this.line);
  }
}

/** Every assignment of a text as systemd sees it, with the place where it stands; names are not checked. */
export function scanEnvironmentText(text: string, options: ScanOptions = {}): EnvironmentScan {
  const scanner = new EnvironmentScanner(text, options.commentsContinue ?? false);
  scanner.run();
  return scanner;
}
