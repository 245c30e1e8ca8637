/**
 * What a record holds under a word that came from outside (a runbook, a person, a database): `toString` and
 * `constructor` are words like others, and no record that was read holds them unless somebody wrote them there.
 */
export const ownValue = <Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;
