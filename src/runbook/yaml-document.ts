import { isCollection, isMap, isScalar, LineCounter, parseDocument, type YAMLParseError } from 'yaml';
import { type ZodType, z } from 'zod';
import type { ConfigurationSentence } from '../domain/sentence.js';
import type { ConfigurationFault } from './configuration-fault.js';
import { explainIssue, shapeFault } from './explain-issue.js';
import { type Path, parseWhatStands, type StandIn } from './what-stands.js';

interface Parsed<T> {
  /** What the file's shape has wrong, each with its line. */
  readonly faults: readonly ConfigurationFault[];
  /** The file, or where its shape is at fault what is left of it: to look for the faults of the rest, not to run. */
  readonly stands: { readonly value: T; readonly fault: FaultAt } | undefined;
}

/**
 * A fault at a path of the value, with the line of its node or of its nearest parent that is written in the file;
 * none where it is but the consequence of another that has been told.
 * @param text of a part that stands in a file of its own
 */
export type FaultAt = (
  path: Path,
  fault: ConfigurationSentence,
  text?: string,
) => readonly ConfigurationFault[];

/**
 * Reads YAML text and holds it against a schema.
 * @param standIn what to put where a part that must be there is faulty, while the others are looked at.
 */
export function parseYaml<T>(file: string, text: string, schema: ZodType<T>, standIn: StandIn): Parsed<T> {
  const lines = new LineCounter();
  const parsed = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  if (parsed.errors.length > 0) {
    const faults = withoutConsequences(parsed.errors).map((error) => {
      const [problem = ''] = error.message.split('\n');
      const line = error.linePos?.[0].line;
      return { file, line, fault: { code: 'not_yaml', facts: { problem } } as const };
    });
    return { faults, stands: undefined };
  }

  const lineOf = (path: Path): number | undefined => {
    for (let length = path.length; length >= 0; length -= 1) {
      const range = rangeAt(parsed.contents, path.slice(0, length));
      if (range !== undefined) return lines.linePos(range).line;
    }
    return undefined;
  };
  const faultAt = (path: Path, fault: ConfigurationSentence): ConfigurationFault => ({
    file,
    line: lineOf(path),
    place: path.map(String).join('.'),
    fault,
  });

  const source: unknown = parsed.toJS({ maxAliasCount: 100 });
  const result = schema.safeParse(source);
  if (result.success) {
    const fault: FaultAt = (path, told) => [faultAt(path, told)];
    return { faults: [], stands: { value: result.data, fault } };
  }
  // The same faults in the same order, in the words of zod's other language.
  const inChinese = schema.safeParse(source, { error: CHINESE }).error?.issues.flatMap(explainIssue) ?? [];
  const faults = result.error.issues
    .flatMap(explainIssue)
    .map(({ path, message }, index) =>
      faultAt(path, shapeFault(message, inChinese[index]?.message ?? message)),
    );
  const rest = parseWhatStands(source, schema, standIn);
  if (rest === undefined) return { faults, stands: undefined };
  const fault: FaultAt = (path, told, text) =>
    rest.isConsequence(path, text) ? [] : [faultAt(rest.placeOf(path), told)];
  return { faults, stands: { value: rest.value, fault } };
}

/** After the first place that does not parse nearly every word is another error; a key that stands twice is one by itself. */
function withoutConsequences(errors: readonly YAMLParseError[]): readonly YAMLParseError[] {
  const first = errors.find(({ code }) => code !== 'DUPLICATE_KEY');
  return errors.filter((error) => error === first || error.code === 'DUPLICATE_KEY');
}

const CHINESE = z.locales.zhCN().localeError;

function rangeAt(root: unknown, path: readonly PropertyKey[]): number | undefined {
  let node = root;
  let keyStart: number | undefined;
  for (const key of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
      if (pair === undefined) return undefined;
      keyStart = isScalar(pair.key) ? pair.key.range?.[0] : undefined;
      node = pair.value;
    } else if (isCollection(node)) {
      node = node.get(key, true);
      keyStart = undefined;
      if (node === undefined) return undefined;
    } else return undefined;
  }
  if (keyStart !== undefined) return keyStart;
  return isScalar(node) || isCollection(node) ? node.range?.[0] : undefined;
}
