import type { ZodType } from 'zod';
import { explainIssue } from './explain-issue.js';

export type Path = readonly PropertyKey[];

/** A valid value for a part that must be there, by its path in the file; undefined: the part around it goes too. */
export type StandIn = (path: Path) => unknown;

/** A file without its faulty parts, so that the faults of the others are found in the same go. */
interface WhatStands<T> {
  readonly value: T;
  /** Where a part of `value` stands in the file. */
  placeOf(path: Path): Path;
  /** Whether what is wrong at a path of `value`, or in its text, may be so only because of what was left out. */
  isConsequence(path: Path, text?: string): boolean;
}

/** Each round leaves out one layer: a value, then what cannot be without it. */
const ROUNDS = 8;

/** @returns undefined where nothing can be told of the rest. */
export function parseWhatStands<T>(
  source: unknown,
  schema: ZodType<T>,
  standIn: StandIn,
): WhatStands<T> | undefined {
  const rest: unknown = structuredClone(source);
  const places = new Map<unknown, Path>();
  notePlaces(rest, [], places);
  const placeOf = (path: Path): Path => {
    for (let length = path.length; length > 0; length -= 1) {
      const place = places.get(valueAt(rest, path.slice(0, length)));
      if (place !== undefined) return [...place, ...path.slice(length)];
    }
    return path;
  };
  const removed: Path[] = [];
  const replaced = new Set<string>();
  const names = new Set<string>();

  const leaveOut = (path: Path): void => {
    const key = path.at(-1);
    const around = valueAt(rest, path.slice(0, -1));
    if (key === undefined) return;
    removed.push(placeOf(path));
    if (Array.isArray(around) && Number(key) < around.length) {
      noteNames(path, around[Number(key)], names);
      around.splice(Number(key), 1);
    } else if (isMap(around) && Object.hasOwn(around, key)) {
      noteNames(path, around[key], names);
      delete around[key];
    } else {
      const place = JSON.stringify(placeOf(path));
      const instead = replaced.has(place) ? undefined : standIn(placeOf(path));
      replaced.add(place);
      if (isMap(around) && instead !== undefined) around[key] = structuredClone(instead);
      else leaveOut(path.slice(0, -1));
    }
  };

  for (let round = 0; round < ROUNDS; round += 1) {
    const result = schema.safeParse(rest);
    if (result.success) {
      const isConsequence = (path: Path, text = ''): boolean => {
        const place = placeOf(path);
        return (
          removed.some((gone) => place.every((key, index) => key === gone[index])) ||
          wordsOf([valueAt(rest, path), text]).some((word) => names.has(word))
        );
      };
      return { value: result.data, placeOf, isConsequence };
    }
    const paths = result.error.issues.flatMap(explainIssue).map(({ path }) => path);
    const different = new Map(paths.map((path) => [JSON.stringify(path), path]));
    // From the end, so that the numbers of a list's elements stay true.
    for (const path of [...different.values()].toReversed()) leaveOut(path);
  }
  return undefined;
}

/** What others call the part by: its name, its id, or the word that it was. */
function noteNames(path: Path, value: unknown, names: Set<string>): void {
  if (path.length === 2) names.add(String(path[1]));
  const called = isMap(value) ? [value['id'], value['name']] : [value];
  for (const name of called) if (typeof name === 'string' && /^[\w.-]+$/.test(name)) names.add(name);
}

function wordsOf(value: unknown): readonly string[] {
  const text = JSON.stringify(value) ?? '';
  return [...(text.match(/[\w.-]+/g) ?? []), ...(text.match(/\w+/g) ?? [])];
}

function notePlaces(value: unknown, path: Path, places: Map<unknown, Path>): void {
  if (typeof value !== 'object' || value === null) return;
  places.set(value, path);
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  for (const [key, inner] of entries) notePlaces(inner, [...path, key], places);
}

function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const key of path) {
    if (Array.isArray(value)) value = value[Number(key)];
    else value = isMap(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }
  return value;
}

const isMap = (value: unknown): value is Record<PropertyKey, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
