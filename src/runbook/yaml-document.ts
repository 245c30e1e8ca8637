import { isCollection, isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import type { ZodType } from 'zod';
import type { ConfigurationFault } from './configuration-fault.js';
import { explainIssue } from './explain-issue.js';

export interface YamlDocument {
  readonly file: string;
  readonly value: unknown;
  /** The line of the node at a path, or of its nearest parent that is written in the file. */
  lineOf(path: readonly PropertyKey[]): number | undefined;
}

export type Parsed<T> =
  | { readonly kind: 'ok'; readonly value: T; readonly document: YamlDocument }
  | { readonly kind: 'faults'; readonly faults: readonly ConfigurationFault[] };

/** Reads YAML text and holds it against a schema; every fault comes with its line. */
export function parseYaml<T>(file: string, text: string, schema: ZodType<T>): Parsed<T> {
  const lines = new LineCounter();
  const parsed = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  if (parsed.errors.length > 0) {
    const faults = parsed.errors.map((error) => ({
      file,
      line: error.linePos?.[0].line,
      message: `not valid YAML: ${error.message.split('\n')[0]}`,
    }));
    return { kind: 'faults', faults };
  }

  const lineOf = (path: readonly PropertyKey[]): number | undefined => {
    for (let length = path.length; length >= 0; length -= 1) {
      const range = rangeAt(parsed.contents, path.slice(0, length));
      if (range !== undefined) return lines.linePos(range).line;
    }
    return undefined;
  };
  const document: YamlDocument = { file, value: parsed.toJS({ maxAliasCount: 100 }), lineOf };

  const result = schema.safeParse(document.value);
  if (result.success) return { kind: 'ok', value: result.data, document };
  const faults = result.error.issues.flatMap(explainIssue).map(({ path, message }) => ({
    file,
    line: lineOf(path),
    message: `${path.map(String).join('.') || 'the file'}: ${message}`,
  }));
  return { kind: 'faults', faults };
}

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
