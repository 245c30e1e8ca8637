/** A plain object, whatever its keys; keeps the type of the values where one is known. */
export function isRecord<T>(value: T | Record<string, T>): value is Record<string, T> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
