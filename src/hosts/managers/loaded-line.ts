import type { LoadedLine, LogSearch } from '../host.js';

/** Whether a line of a log is what a search looks for. */
export function isFoundIn(text: string, { line, isLoose = false }: LogSearch): boolean {
  return isLoose ? text.toLowerCase().includes(line.message.toLowerCase()) : saysLoaded(text, line);
}

/** Cheap: false where nothing could make the line, as it came, what is looked for. Colours may stand between its words. */
export function mayBeFoundIn({ line, isLoose = false }: LogSearch): (raw: string) => boolean {
  const message = isLoose ? line.message.toLowerCase() : line.message;
  const longest = message.split(/\s+/).toSorted((one, other) => other.length - one.length)[0] ?? '';
  return isLoose ? (raw) => raw.toLowerCase().includes(longest) : (raw) => raw.includes(longest);
}

/**
 * Whether a line says that the strategy was loaded, as tracing prints one: nothing but the prefix of a log (time, level,
 * target) before the message, nothing but `name=value` after it, and each wanted field with exactly its value.
 */
export function saysLoaded(text: string, { message, fields }: LoadedLine): boolean {
  const at = text.indexOf(message);
  if (at === -1 || !isLogPrefix(text.slice(0, at))) return false;
  const told = fieldsOf(text.slice(at + message.length).trimEnd());
  return (
    told !== undefined &&
    Object.entries(fields).every(([name, value]) => {
      const values = told.filter((field) => field.name === name);
      return values.length > 0 && values.every((field) => field.value === value);
    })
  );
}

/** As syslog and the journal put it before a message: time, host, `program[PID]: `. */
const SYSLOG = /^(?:[A-Z][a-z]{2} {1,2}\d{1,2} [\d:.]+ )?(?:[\w.-]+ )?[\w.@/-]+\[\d+\]: /;

const PREFIX_WORDS = [
  /^\[?\d{4}-\d\d-\d\d(?:T[\d:.,Z+-]+)?\]?$/,
  /^\[?\d\d:\d\d:\d\d[\d:.,Z+-]*\]?$/,
  // A line of a higher level tells of trouble.
  /^\[?(?:TRACE|DEBUG|INFO|NOTICE)\]?:?$/i,
  /^(?:ThreadId\(\d+\)|main|tokio-[\w-]+)$/,
  // A target, a span, or the place in the source.
  /^(?!(?:error|err|warn|warning|fatal|critical|panic|failed|failure|not|no|never|if):)[a-z_][\w-]*(?:::?[a-z_][\w-]*)*:$/i,
  /^[\w./-]+:\d+:$/,
] as const;

function isLogPrefix(text: string): boolean {
  if (text !== '' && !/\s$/.test(text)) return false;
  // The fields of a span stand in braces.
  const words = text.replace(SYSLOG, '').replace(/\{[^{}]*\}/g, '');
  return words
    .split(/\s+/)
    .every((word) => word === '' || PREFIX_WORDS.some((pattern) => pattern.test(word)));
}

interface Field {
  readonly name: string;
  readonly value: string;
}

/** `name=value` after each other. A bare value goes up to the next name. undefined: something else stands there. */
function fieldsOf(text: string): readonly Field[] | undefined {
  const fields: Field[] = [];
  const [begins, quoted] = [/\s+([A-Za-z_][\w.]*)=/y, /"((?:[^"\\]|\\.)*)"[,;]?(?=\s|$)/y];
  for (let at = 0; at < text.length; ) {
    begins.lastIndex = at;
    const [, name] = begins.exec(text) ?? [];
    if (name === undefined) return undefined;
    quoted.lastIndex = begins.lastIndex;
    const [, inside] = quoted.exec(text) ?? [];
    if (inside !== undefined) {
      fields.push({ name, value: inside.replace(/\\(.)/g, '$1') });
      at = quoted.lastIndex;
      continue;
    }
    const rest = text.slice(begins.lastIndex);
    const next = rest.search(/\s[A-Za-z_][\w.]*=/);
    const value = next === -1 ? rest : rest.slice(0, next);
    fields.push({ name, value: value.trimEnd() });
    at = begins.lastIndex + (next === -1 ? rest.length : value.trimEnd().length);
  }
  return fields;
}
