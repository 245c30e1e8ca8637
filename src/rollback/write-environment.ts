import { EnvironmentEditError, editEnvironmentFile } from '../hosts/environment-edit.js';
import { decodeEnvironmentBytes, effectiveEnvironment } from '../hosts/environment-file.js';
import { type Host, HostError } from '../hosts/host.js';
import type { TargetHost } from '../runbook/targets.js';
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
}

export interface WriteOptions {
  readonly timeoutMs: number;
  /** Told what stands there before anything is written; waited for. */
  readonly onBefore?: (before: Values) => Promise<void>;
}

interface Layer {
  readonly path: string;
  readonly text: string;
  readonly encoding: 'utf8' | 'latin1';
}

/**
 * Makes the wanted values those in force: in the layer that is written, and in every later layer that sets one of
 * them otherwise, because the last one wins. Resolves when the files are synced to disk.
 * @throws HostError
 */
export async function writeEnvironment(
  host: Files,
  settings: Layers,
  wanted: Wanted,
  { timeoutMs, onBefore }: WriteOptions,
): Promise<EnvironmentWritten> {
  const layers = await readLayers(host, settings, timeoutMs);
  const before = valuesIn(layers, wanted.keys());
  if (areInForce(layers, wanted)) return { wasDone: true, files: [], before };
  const from = layers.findIndex(({ path }) => path === settings.writtenEnvironmentFile);
  const edits = layers.slice(from).flatMap((layer) => {
    const changes = changesFor(layer, wanted, layer.path === settings.writtenEnvironmentFile);
    return changes.size === 0 ? [] : [{ path: layer.path, bytes: edited(host.name, layer, changes) }];
  });
  await onBefore?.(before);
  await Promise.all(edits.map(({ path, bytes }) => host.replaceFile(path, bytes, { timeoutMs })));
  return { wasDone: false, files: edits.map(({ path }) => path), before };
}

/** Whether the service would start with the wanted values. @throws HostError */
export async function environmentIsAsWanted(
  host: Pick<Files, 'readFile'>,
  settings: Layers,
  wanted: Wanted,
  timeoutMs: number,
): Promise<boolean> {
  return areInForce(await readLayers(host, settings, timeoutMs), wanted);
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
  const layers = await readLayers(host, settings, timeoutMs);
  const values = Object.entries(valuesIn(layers, names));
  return new Map(values.flatMap(([name, value]) => (value === null ? [] : [[name, value] as const])));
}

function readLayers(host: Pick<Files, 'readFile'>, { environmentFiles }: Layers, timeoutMs: number) {
  return Promise.all(
    environmentFiles.map(async ({ path }): Promise<Layer> => {
      const file = await host.readFile(path, { timeoutMs });
      if (file === undefined) return { path, text: '', encoding: 'utf8' };
      const text = decodeEnvironmentBytes(file.bytes);
      // Byte for byte, where it is not UTF-8: the other lines must stay what they are.
      return text === undefined
        ? { path, text: file.bytes.toString('latin1'), encoding: 'latin1' }
        : { path, text, encoding: 'utf8' };
    }),
  );
}

/** By the rules before and since systemd 254: whichever runs there must read what is wanted. */
function areInForce(layers: readonly Layer[], wanted: Wanted): boolean {
  const texts = layers.map(({ path, text }) => ({ file: path, text }));
  return [false, true].every((commentsContinue) => {
    const effective = effectiveEnvironment(texts, { commentsContinue });
    return [...wanted].every(([name, value]) => isAsWanted(effective.get(name)?.value, value));
  });
}

function valuesIn(layers: readonly Layer[], names: Iterable<string>): Values {
  const effective = effectiveEnvironment(layers.map(({ path, text }) => ({ file: path, text })));
  return Object.fromEntries([...names].map((name) => [name, effective.get(name)?.value ?? null]));
}

function changesFor(layer: Layer, wanted: Wanted, isWritten: boolean): Map<string, string> {
  const present = effectiveEnvironment([{ file: layer.path, text: layer.text }]);
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
    throw new HostError('command_failed', host, `${host}: ${layer.path} cannot be changed: ${error.message}`);
  }
}
