/** The part of the library's syntax tree that its types leave out. */
export interface ConditionNode {
  readonly op: string;
  readonly args: unknown;
  readonly meta: {
    readonly alternate?: unknown;
    readonly macro?: unknown;
    readonly evaluate?: (...evaluation: unknown[]) => unknown;
  };
  /** Set by the type check: carries the operation out on the operands' values. */
  handle?: (...values: unknown[]) => unknown;
  setMeta(name: 'evaluate', value: (...evaluation: unknown[]) => unknown): void;
  /** Set by the type check, too; that of a declared variable is named `$NAME`. */
  readonly checkedType?: { readonly name?: string };
}

export const isNode = (value: unknown): value is ConditionNode =>
  typeof value === 'object' && value !== null && 'op' in value && 'args' in value && 'meta' in value;

/** Every node of a condition's tree, also of what the library has written out. */
export function* nodesOf(tree: unknown, seen = new Set<unknown>()): Generator<ConditionNode> {
  if (typeof tree !== 'object' || tree === null || seen.has(tree)) return;
  seen.add(tree);
  if (Array.isArray(tree)) {
    for (const inner of tree) yield* nodesOf(inner, seen);
  } else if (isNode(tree)) {
    yield tree;
    yield* nodesOf(tree.args, seen);
    yield* nodesOf(tree.meta.alternate, seen);
    yield* nodesOf(Object.values(tree.meta.macro ?? {}), seen);
  } else if ('iterable' in tree && 'init' in tree && 'step' in tree) {
    // `all`, `exists`, `filter` and `map`, as the library has written them out.
    yield* nodesOf([tree.iterable, tree.init, tree.step], seen);
  }
}

/**
 * What a condition reads of a declared variable: `limit` of `params.limit`, `params["limit"]` and `has(params.limit)`,
 * also under another name (`cel.bind`). A path is read where a part of a field is asked for: `limit.x`.
 * @param tree of a condition that has been type-checked.
 */
export function fieldsRead(tree: unknown, variable: 'params' | 'env'): readonly string[] {
  const fields = [...nodesOf(tree)].flatMap((node) => fieldOf(node, variable) ?? []);
  return [...new Set(fields)].sort();
}

function fieldOf({ op, args }: ConditionNode, variable: string): string | undefined {
  if ((op !== '.' && op !== '[]') || !Array.isArray(args)) return undefined;
  const [of, field] = args;
  const name = isNode(field) && field.op === 'value' ? field.args : field;
  if (!isNode(of) || typeof name !== 'string') return undefined;
  if (of.checkedType?.name === `$${variable}`) return name;
  const around = fieldOf(of, variable);
  return around === undefined ? undefined : `${around}.${name}`;
}
