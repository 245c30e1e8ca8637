/**
 * JSON with sorted keys and without spaces: equal values have equal text, whatever order they were built in. Keys
 * that are undefined are left out, as JSON.stringify does.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, field]) => `${JSON.stringify(name)}:${canonicalJson(field)}`);
  return `{${fields.join(',')}}`;
}

/** A plain object, whatever its keys; keeps the type of the values where one is known. */
export function isRecord<T>(value: T | Record<string, T>): value is Record<string, T> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
