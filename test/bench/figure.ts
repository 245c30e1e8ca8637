/** What must hold for a figure. Ratios are of one run on one machine: absolute times differ from machine to machine. */
export type Bound =
  /** `reference / ours` is at least this. */
  | { readonly kind: 'faster'; readonly atLeast: number }
  /** `ours` is at most `reference × times + plus` (in the figure's unit). */
  | { readonly kind: 'within'; readonly times: number; readonly plus: number };

export interface Measurement {
  /** As it is printed, e.g. `2.2-A 5M`. */
  readonly name: string;
  readonly ours: number;
  /** What ours is held against: named on stderr by the figure. */
  readonly reference: number;
  readonly unit: string;
  /** undefined: printed for information. */
  readonly bound: Bound | undefined;
}

export type BenchSize = 'small' | 'full';

export interface BenchContext {
  readonly size: BenchSize;
  /** A folder of the bench's own; gone afterwards. */
  readonly folder: string;
  /** Tells what is going on. */
  readonly say: (line: string) => void;
}

/** One part of the bench: prepares what it needs, measures, and clears up. */
export interface Figure {
  /** What `--only` matches. */
  readonly id: string;
  measure(context: BenchContext): Promise<readonly Measurement[]>;
}

export function holds({ ours, reference, bound }: Measurement): boolean {
  if (bound === undefined) return true;
  if (bound.kind === 'faster') return reference / ours >= bound.atLeast;
  return ours <= reference * bound.times + bound.plus;
}

/** `2.2-A 5M  1.3 ms  643 ms  480x`: how many times faster, or what part of the reference it takes. */
export function line(measurement: Measurement): string {
  const { name, ours, reference, unit, bound } = measurement;
  const ratio = bound?.kind === 'within' ? ours / reference : reference / ours;
  return [name, `${short(ours)} ${unit}`, `${short(reference)} ${unit}`, `${short(ratio)}x`].join('  ');
}

export function boundText({ bound, unit }: Measurement): string {
  if (bound === undefined) return 'no bound';
  if (bound.kind === 'faster') return `at least ${bound.atLeast}x`;
  return `at most ${bound.times}x${bound.plus > 0 ? ` + ${bound.plus} ${unit}` : ''}`;
}

function short(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
