import { access, constants, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import { UNUSABLE_MODEL } from '../domain/fault.js';
import { findPackageRoot } from '../machine/package-root.js';

/** The bounds of one trial. */
export interface TrialLimits {
  /** Milliseconds by the clock on the wall; the process is killed then. */
  readonly timeoutMs: number;
  /** Seconds of processor time. */
  readonly cpuSecs: number;
  /** Bytes of writable memory, besides four times the model itself. */
  readonly memoryBytes: number;
}

export const DEFAULT_TRIAL_LIMITS: TrialLimits = {
  timeoutMs: 8_000,
  cpuSecs: 8,
  memoryBytes: 1024 * 1024 * 1024,
};

export interface TrialInput {
  readonly bytes: Buffer;
  /** Rows of inputs as the market gives them, each in the order of the model's features. */
  readonly typical: readonly (readonly number[])[];
  /** How many steps a row of a sequence model has, where its file leaves that free. */
  readonly steps: number;
}

const about = {
  input: z.string(),
  output: z.string(),
  shape: z.array(z.number()),
  /** The last dimension: how many features a step has. */
  inputDim: z.number(),
  /** All dimensions of a row multiplied: the same for a model without steps. */
  rowSize: z.number(),
};
const answerSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('ran'),
    ...about,
    inputs: z.number(),
    outputDim: z.number(),
    values: z.number(),
    notFinite: z.number(),
    least: z.number(),
    most: z.number(),
    /** Between the greatest and the least answer to all inputs, of the output where they differ least. */
    spread: z.number(),
  }),
  z.object({ kind: z.literal('does_not_run'), ...about, because: z.string() }),
  z.object({ kind: z.enum(['no_runtime', 'does_not_load']), because: z.string() }),
  z.object({ kind: z.literal('unusable_shape'), because: z.enum(UNUSABLE_MODEL), found: z.string() }),
]);

/** How a model behaved. Only `no_runtime` is not about the model. */
export type TrialResult =
  | z.infer<typeof answerSchema>
  | { readonly kind: 'hangs' | 'eats_memory' }
  | { readonly kind: 'crashes'; readonly because: string };

/** ONNX Runtime otherwise gives the machine an id, and tells its maker over the network of each model that it loads. */
export const TRIAL_ENVIRONMENT = { ORT_DISABLE_TELEMETRY: '1' };

const PROGRAM = ['src', 'model', 'model-trial.mjs'] as const;
const PRLIMIT = '/usr/bin/prlimit';
const MEMORY_WORDS = /bad_alloc|alloc(?:at|_)|out of memory|length_error|vector::/i;

/**
 * Loads a model in ONNX Runtime and runs it on a batch of inputs, in a child process without the bot's environment and
 * in an empty folder, within bounds of time, processor and memory. @throws Error when the trial itself fails, whatever the model.
 */
export async function tryModel(
  { bytes, typical, steps }: TrialInput,
  limits: TrialLimits = DEFAULT_TRIAL_LIMITS,
): Promise<TrialResult> {
  const [program, ...words] = await command(limits, bytes.length);
  const folder = await mkdtemp(join(tmpdir(), 'lobml-trial-'));
  const result = await execa(program, words, {
    input: Buffer.concat([Buffer.from(`${JSON.stringify({ typical, steps })}\n`), bytes]),
    cwd: folder,
    env: TRIAL_ENVIRONMENT,
    extendEnv: false,
    reject: false,
    timeout: limits.timeoutMs,
    killSignal: 'SIGKILL',
    maxBuffer: 100_000,
  }).finally(() => rm(folder, { recursive: true, force: true }));
  if (result.timedOut || result.signal === 'SIGXCPU') return { kind: 'hangs' };
  const answer = parseAnswer(result.stdout);
  if (answer !== undefined)
    return 'because' in answer && ranOutOfMemory(answer) ? { kind: 'eats_memory' } : answer;
  const lastWords = result.stderr.trim().split('\n').at(-1) ?? '';
  if (MEMORY_WORDS.test(result.stderr)) return { kind: 'eats_memory' };
  // Node's own exit code for an error that nobody caught: the fault is this program's, not the model's.
  if (result.exitCode === 1) throw new Error(`the trial of a model failed: ${lastWords.slice(0, 200)}`);
  const end = result.signal ?? `exit ${result.exitCode ?? '?'}`;
  return { kind: 'crashes', because: [end, lastWords.slice(0, 200)].filter(Boolean).join(': ') };
}

const ranOutOfMemory = ({ kind, because }: { kind: string; because: string }): boolean =>
  kind !== 'no_runtime' && MEMORY_WORDS.test(because);

/** Without `prlimit` (not Linux) the time-out alone bounds the trial, and Node bounds its own heap. */
async function command(limits: TrialLimits, modelBytes: number): Promise<readonly [string, ...string[]]> {
  const program = join(findPackageRoot(import.meta.url), ...PROGRAM);
  const node = [process.execPath, '--max-old-space-size=256', program] as const;
  try {
    await access(PRLIMIT, constants.X_OK);
  } catch {
    return node;
  }
  const memory = limits.memoryBytes + 4 * modelBytes;
  const cpu = `--cpu=${limits.cpuSecs}:${limits.cpuSecs + 1}`;
  return [PRLIMIT, `--data=${memory}`, cpu, '--core=0', '--', ...node];
}

function parseAnswer(stdout: string): z.infer<typeof answerSchema> | undefined {
  try {
    return answerSchema.parse(JSON.parse(stdout));
  } catch {
    return undefined;
  }
}
