import type { FaultCode } from '../../domain/fault.js';
import {
  decodeEnvironmentBytes,
  type EffectiveVariable,
  effectiveEnvironment,
} from '../../hosts/environment/environment-file.js';
import { type IgnoredLine, ignoredLines } from '../../hosts/environment/ignored-lines.js';
import { type CallOptions, type Host, HostError } from '../../hosts/host.js';
import type { TargetHost } from '../../hosts/kinds/target-host.js';

/** An environment file as it stands on a host. Its text never leaves the bot's own processes: it also holds secrets. */
interface LayerState {
  readonly path: string;
  readonly optional: boolean;
  readonly state: 'read' | 'missing' | 'refused';
  readonly text: string;
  /** SHA-256 in hex; '' where the file is missing. */
  readonly sha256: string;
}

/** What the service will read at its next start. */
export interface HostEnvironment {
  readonly layers: readonly LayerState[];
  /** Values as they are: `shownInFile` makes of one what may be shown or stored. */
  readonly effective: ReadonlyMap<string, EffectiveVariable>;
  /** By name, where it is set: what systemd before 254 reads otherwise, because a comment ends in a backslash. */
  readonly ambiguous: ReadonlyMap<string, Place>;
  /** Lines that systemd passes over, in the order in which they would be read. */
  readonly ignored: readonly IgnoredLine[];
}

interface Place {
  readonly file: string;
  readonly line: number;
}

const MAX_ENVIRONMENT_BYTES = 1024 * 1024;

/** Reads every layer of a host. @throws HostError when a layer cannot be looked at. */
export async function readHostEnvironment(
  host: Pick<Host, 'name' | 'readFile'>,
  target: Pick<TargetHost, 'environmentFiles'>,
  options: CallOptions,
): Promise<HostEnvironment> {
  const layers = await Promise.all(
    target.environmentFiles.map(async ({ path, optional }): Promise<LayerState> => {
      const file = await host.readFile(path, { ...options, maxBytes: MAX_ENVIRONMENT_BYTES });
      if (file === undefined) return { path, optional, state: 'missing', text: '', sha256: '' };
      const text = decodeEnvironmentBytes(file.bytes);
      const refused = text === undefined || text.includes('\0');
      return { path, optional, state: refused ? 'refused' : 'read', text: text ?? '', sha256: file.sha256 };
    }),
  );
  return composeEnvironment(layers);
}

/** The effective environment of layers, e.g. after a planned change of one of them. */
export function composeEnvironment(layers: readonly LayerState[]): HostEnvironment {
  const readable = layers.filter((layer) => layer.state === 'read');
  const texts = readable.map(({ path, text }) => ({ file: path, text }));
  const now = effectiveEnvironment(texts);
  const before254 = effectiveEnvironment(texts, { commentsContinue: true });
  const ambiguous = new Map(
    [...before254, ...now]
      .filter(([name]) => now.get(name)?.value !== before254.get(name)?.value)
      .map(([name, { file, line }]) => [name, { file, line }]),
  );
  return { layers, effective: now, ambiguous, ignored: ignoredLines(texts) };
}

/** What is wrong with a layer or a line. */
interface FaultyPlace {
  readonly fault: FaultCode;
  readonly file: string;
  readonly line: number | null;
}

/**
 * The first layer without which nobody knows what the service reads: one that must be there and is not, or one that
 * systemd refuses. Whoever takes a value from the layers asks this first.
 */
export function layerFault({ layers }: HostEnvironment): FaultyPlace | undefined {
  const broken = layers.find(
    ({ state, optional }) => state === 'refused' || (state === 'missing' && !optional),
  );
  if (broken === undefined) return undefined;
  const fault = broken.state === 'missing' ? 'environment_file_missing' : 'environment_file_refused';
  return { fault, file: broken.path, line: null };
}

/** Why nobody can say what the author of a variable meant, or what the service will read. */
export function variableFault(name: string, environment: HostEnvironment): FaultyPlace | undefined {
  const broken = layerFault(environment);
  if (broken !== undefined) return broken;
  const found = environment.effective.get(name);
  if (found?.spansLines) return { file: found.file, line: found.line, fault: 'value_spans_lines' };
  const ambiguous = environment.ambiguous.get(name);
  if (ambiguous !== undefined) return { ...ambiguous, fault: 'comment_takes_line' };
  const ignored = ignoredLineOf(name, environment);
  if (ignored === undefined) return undefined;
  const { file, line, isExport } = ignored;
  return { file, line, fault: isExport ? 'export_ignored' : 'line_ignored' };
}

/** The same of an environment that an act relies on. @throws HostError also for a faulty layer */
export async function readWholeEnvironment(
  ...[host, target, options]: Parameters<typeof readHostEnvironment>
): Promise<HostEnvironment> {
  const environment = await readHostEnvironment(host, target, options);
  const broken = layerFault(environment);
  if (broken === undefined) return environment;
  const facts = { host: host.name, path: broken.file };
  const code = broken.fault === 'environment_file_missing' ? 'host_file_missing' : 'host_layer_unreadable';
  throw new HostError('unreadable_answer', { code, facts });
}

/**
 * The line of a variable that systemd passes over, where somebody relies on it: nothing else sets the variable, or
 * the line comes later and says something else.
 */
function ignoredLineOf(
  name: string,
  { layers, effective, ignored }: HostEnvironment,
): IgnoredLine | undefined {
  const found = effective.get(name);
  const orderOf = (file: string) => layers.findIndex(({ path }) => path === file);
  return ignored.findLast((line) => {
    if (!line.words.includes(name)) return false;
    if (found === undefined) return true;
    const isLater = orderOf(line.file) - orderOf(found.file) || line.line - found.line;
    return line.value !== undefined && line.value !== found.value && isLater > 0;
  });
}
