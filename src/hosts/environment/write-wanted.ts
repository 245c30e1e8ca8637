import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { HostErrorCode, HostFault } from '../../domain/host-fault.js';
import { writeAside } from '../../machine/write-aside.js';
import { systemClock, withTimeout } from '../../time/clock.js';
import { type CallOptions, type Host, HostError } from '../host.js';
import type { TargetHost } from '../kinds/target-host.js';
import { EnvironmentEditError, editEnvironmentFile, layerRefuses } from './environment-edit.js';
import {
  decodeEnvironmentBytes,
  type EnvironmentFile,
  effectiveAssignments,
  parseByBothRules,
} from './environment-file.js';
import { isAsWanted, type Wanted } from './wanted.js';

type Files = Pick<Host, 'name' | 'readFile' | 'replaceFile'>;
type Values = Readonly<Record<string, string | null>>;
type Layers = Pick<TargetHost, 'environmentFiles' | 'writtenEnvironmentFile'>;

export interface EnvironmentWritten {
  /** Nothing had to be written. */
  readonly wasDone: boolean;
  readonly files: readonly string[];
  /** The effective values before, of the wanted names only; null: not set. */
  readonly before: Values;
  /** What kept a file from being written, though what stood there was read; others may have been written. */
  readonly failed?: { readonly code: HostErrorCode; readonly fault: HostFault };
}

/** A file of the bot's own machine in which stands, before anything is written on the host, what was there. */
export interface NoteBefore {
  readonly path: string;
  /** What it says beside `before`. */
  readonly content: Readonly<Record<string, unknown>>;
}

export interface WriteOptions extends CallOptions {
  readonly timeoutMs: number;
  /** Put there when something has to be written. A disk that does not take it holds up nothing for long. */
  readonly note?: NoteBefore;
  /** Looked at last before a file is replaced. */
  readonly signal?: AbortSignal;
}

export type WriteWanted = (
  settings: TargetHost,
  wanted: Wanted,
  options: WriteOptions,
) => Promise<EnvironmentWritten>;

const NOTE_TIMEOUT_MS = 300;

interface Layer {
  readonly path: string;
  readonly text: string;
  readonly encoding: 'utf8' | 'latin1';
  /** Since systemd 254, and before it: whichever runs there must read what is wanted. */
  readonly parsed: readonly [EnvironmentFile, EnvironmentFile];
}

/**
 * Makes the wanted values those in force: in the layer that is written, and in every later layer that sets one of
 * them otherwise, because the last one wins. Resolves when the files are synced to disk.
 * @throws HostError where what stands there cannot be read.
 */
export async function writeWanted(
  host: Files,
  settings: Layers,
  wanted: Wanted,
  { note, ...call }: WriteOptions,
): Promise<EnvironmentWritten> {
  const layers = await readLayers(host, settings, call);
  const before = valuesIn(layers, wanted.keys());
  if (areInForce(layers, wanted)) return { wasDone: true, files: [], before };
  const from = layers.findIndex(({ path }) => path === settings.writtenEnvironmentFile);
  const edits = layers.slice(from).flatMap((layer) => {
    const changes = changesFor(layer, wanted, layer.path === settings.writtenEnvironmentFile);
    return changes.size === 0 ? [] : [{ path: layer.path, bytes: edited(host.name, layer, changes) }];
  });
  const ready = note === undefined ? Promise.resolve() : putDown(note, before);
  const written = { wasDone: false, files: edits.map(({ path }) => path), before };
  try {
    await Promise.all(edits.map(({ path, bytes }) => host.replaceFile(path, bytes, { ...call, ready })));
    return written;
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    return { ...written, failed: { code: error.code, fault: error.fault } };
  }
}

/** Whether the service would start with the wanted values. @throws HostError */
export async function environmentIsAsWanted(
  host: Pick<Files, 'readFile'>,
  settings: Layers,
  wanted: Wanted,
  timeoutMs: number,
): Promise<boolean> {
  return areInForce(await readLayers(host, settings, { timeoutMs }), wanted);
}

/**
 * What the service would start with, of some names; one that is not set is left out. @throws HostError
 * @param names in full
 */
export async function effectiveValues(
  host: Pick<Files, 'readFile'>,
  settings: Layers,
  names: readonly string[],
  timeoutMs: number,
): Promise<ReadonlyMap<string, string>> {
  const layers = await readLayers(host, settings, { timeoutMs });
  const values = Object.entries(valuesIn(layers, names));
  return new Map(values.flatMap(([name, value]) => (value === null ? [] : [[name, value] as const])));
}

/** One that comes too late must not stand there when the halt is over. Never rejects: others tell of a full disk. */
async function putDown({ path, content }: NoteBefore, before: Values): Promise<void> {
  let isLate = false;
  const put = async () => {
    const aside = await writeAside(dirname(path), JSON.stringify({ ...content, before }), { synced: false });
    await (isLate ? rm(aside, { force: true }) : rename(aside, path));
  };
  await withTimeout(
    systemClock,
    NOTE_TIMEOUT_MS,
    put().catch(() => undefined),
  );
  isLate = true;
}

function readLayers(host: Pick<Files, 'readFile'>, { environmentFiles }: Layers, call: CallOptions) {
  return Promise.all(
    environmentFiles.map(async ({ path }): Promise<Layer> => {
      const file = await host.readFile(path, call);
      if (file === undefined) return layerOf(path, '', 'utf8');
      const text = decodeEnvironmentBytes(file.bytes);
      // Byte for byte, where it is not UTF-8: the other lines must stay what they are.
      return text === undefined
        ? layerOf(path, file.bytes.toString('latin1'), 'latin1')
        : layerOf(path, text, 'utf8');
    }),
  );
}

function layerOf(path: string, text: string, encoding: Layer['encoding']): Layer {
  return { path, text, encoding, parsed: parseByBothRules(text) };
}

function effectiveBy(rules: 0 | 1, layers: readonly Layer[]) {
  return effectiveAssignments(
    layers.map(({ path, parsed }) => ({ file: path, assignments: parsed[rules].assignments })),
  );
}

function areInForce(layers: readonly Layer[], wanted: Wanted): boolean {
  return ([0, 1] as const).every((rules) => {
    const effective = effectiveBy(rules, layers);
    return [...wanted].every(([name, value]) => isAsWanted(effective.get(name)?.value, value));
  });
}

function valuesIn(layers: readonly Layer[], names: Iterable<string>): Values {
  const effective = effectiveBy(0, layers);
  return Object.fromEntries([...names].map((name) => [name, effective.get(name)?.value ?? null]));
}

function changesFor(layer: Layer, wanted: Wanted, isWritten: boolean): Map<string, string> {
  const present = effectiveBy(0, [layer]);
  const changes = [...wanted].filter(([name, value]) => {
    const found = present.get(name);
    return found === undefined ? isWritten : found.value !== value;
  });
  return new Map(changes);
}

function edited(host: string, layer: Layer, changes: ReadonlyMap<string, string>): Buffer {
  try {
    return Buffer.from(editEnvironmentFile(layer.text, changes), layer.encoding);
  } catch (error) {
    if (!(error instanceof EnvironmentEditError)) throw error;
    throw new HostError('command_failed', layerRefuses(host, layer.path, error));
  }
}
