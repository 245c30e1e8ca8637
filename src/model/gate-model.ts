import { readPlainFile, streamPlainFile } from '../machine/plain-file.js';
import { sha256Of } from '../machine/sha256.js';
import type { ExpectedInputDim, ModelCandidate, ModelFinding, ModelGate } from './model-gate.js';
import { MAX_META_BYTES, metaPathOf } from './model-meta.js';

/** A model on the bot's own machine: staged for a release, or fresh from a training. */
type LocalModel = {
  /** `NAME.meta.json`; beside the model unless named. */
  readonly metaPath?: string;
  readonly expectedInputDim?: ExpectedInputDim | undefined;
  readonly isReplacing?: boolean | undefined;
  /** The text of the running model's `NAME.meta.json`. */
  readonly runningMeta?: string | undefined;
  readonly typicalRows?: ModelCandidate['typicalRows'];
} & ({ readonly path: string } | { readonly bytes: Buffer; readonly metaPath: string });

/**
 * The gate for a file of this machine. @returns the finding with `size` and `sha256`; `fault` is '' for a fit model.
 * @throws ModelRuntimeMissing; the file system's error where the model cannot be read.
 */
export async function gateModel(gate: ModelGate, model: LocalModel): Promise<ModelFinding> {
  const bytes = 'path' in model ? await readPlainFile(model.path) : model.bytes;
  const about = { size: bytes.length, sha256: sha256Of(bytes) };
  if (bytes.length === 0) return { ...about, fault: 'empty_file' };
  const metaPath = 'path' in model ? (model.metaPath ?? metaPathOf(model.path)) : model.metaPath;
  const finding = await gate.judge({
    sha256: about.sha256,
    bytes: async () => bytes,
    meta: await textOf(metaPath),
    expectedInputDim: model.expectedInputDim,
    isReplacing: model.isReplacing,
    runningMeta: model.runningMeta,
    typicalRows: model.typicalRows ?? (async () => []),
  });
  return { ...about, ...finding };
}

/** Of one that is too large enough to see that it is. */
async function textOf(path: string): Promise<string | undefined> {
  try {
    const bytes: Buffer[] = [];
    for await (const part of await streamPlainFile(path, MAX_META_BYTES)) bytes.push(part);
    return Buffer.concat(bytes).toString('utf8');
  } catch {
    return undefined;
  }
}
