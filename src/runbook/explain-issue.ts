import type { core } from 'zod';
import { SHAPE_FAULTS, type ShapeFault } from '../domain/file-fault.js';
import type { ConfigurationSentence } from '../domain/sentence.js';

type Issue = core.$ZodIssue;

/** What a schema found wrong, as a person looks for it in the file. */
interface Explained {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** Stands in for zod's own message. */
const UNKNOWN_KEY = 'unknown_key';

/**
 * zod speaks of the object around an unknown key, of "an invalid key", and of "invalid input" where none of several
 * shapes fits. Here the key itself and the nearest shape's own sentence are named.
 */
export function explainIssue(issue: Issue): readonly Explained[] {
  const { path } = issue;
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({ path: [...path, key], message: UNKNOWN_KEY }));
    case 'invalid_key':
      return issue.issues.map(({ message }) => ({ path, message }));
    case 'invalid_union':
      return explainUnion(issue.errors, path) ?? [{ path, message: issue.message }];
    default:
      return [{ path, message: issue.message }];
  }
}

const isShapeFault = (message: string): message is ShapeFault | 'unknown_key' =>
  message === UNKNOWN_KEY || SHAPE_FAULTS.some((code) => code === message);

/** @param inChinese the same fault in zod's words of that language */
export function shapeFault(message: string, inChinese: string): ConfigurationSentence {
  if (isShapeFault(message)) return { code: message, facts: {} } as ConfigurationSentence;
  return { code: 'schema_says', facts: { en: message, 'zh-CN': inChinese } };
}

/** The shape that got furthest into the value is the one that was meant. */
function explainUnion(
  shapes: readonly (readonly Issue[])[],
  path: readonly PropertyKey[],
): readonly Explained[] | undefined {
  const depthOf = (issues: readonly Issue[]) => Math.max(...issues.map((issue) => depth(issue)));
  const [nearest] = shapes.filter((issues) => issues.length > 0).toSorted((a, b) => depthOf(b) - depthOf(a));
  if (nearest === undefined) return undefined;
  return nearest.flatMap((issue) => explainIssue({ ...issue, path: [...path, ...issue.path] }));
}

/** A wrong type at the top says the least: the value is of another shape altogether. */
function depth(issue: Issue): number {
  if (issue.path.length > 0) return issue.path.length + 1;
  return issue.code === 'invalid_type' ? 0 : 1;
}
