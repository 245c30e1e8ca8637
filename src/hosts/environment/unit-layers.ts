import { posix } from 'node:path';

/** How the environment files that a unit reads differ from those that the targets file lists. */
export type LayerFinding = 'not_told' | 'not_listed' | 'not_read' | 'other_order';

/**
 * @param read as the service manager has them; undefined: it has no such files.
 * @returns nothing where they are the same, in the same order
 */
export function layerFindings(
  listed: readonly string[],
  read: readonly string[] | undefined,
): readonly { readonly path: string; readonly finding: LayerFinding }[] {
  if (read === undefined) return [];
  const paths = read.map((path) => posix.normalize(path));
  const pattern = paths.find((path) => /[*?[]/.test(path));
  if (pattern !== undefined) return [{ path: pattern, finding: 'not_told' }];
  const apart = [
    ...paths
      .filter((path) => !listed.includes(path))
      .map((path) => ({ path, finding: 'not_listed' as const })),
    ...listed.filter((path) => !paths.includes(path)).map((path) => ({ path, finding: 'not_read' as const })),
  ];
  const isOrdered = apart.length > 0 || paths.join('\0') === listed.join('\0');
  return isOrdered ? apart : [{ path: paths.join(', '), finding: 'other_order' }];
}
