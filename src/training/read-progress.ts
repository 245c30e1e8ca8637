import type { TrainingProgress } from '../domain/training.js';
import type { LinearPattern } from '../runbook/linear-pattern.js';

const MAX_LINE = 300;
const MAX_FIGURES = 6;

/** @param log the end of the log; its last whole or partial line counts as well. */
export function readProgress(
  log: string,
  patterns: readonly Pick<LinearPattern, 'exec'>[],
): TrainingProgress {
  const lines = log.split('\n').filter((line) => line.trim() !== '');
  const lastLine = (lines.at(-1) ?? '').trim().slice(0, MAX_LINE);
  for (const line of lines.toReversed()) {
    for (const pattern of patterns) {
      const groups = pattern.exec(line.slice(0, MAX_LINE))?.groups;
      if (groups !== undefined) return { ...measured(groups), lastLine };
    }
  }
  return { fraction: undefined, figures: {}, lastLine };
}

function measured(groups: Readonly<Record<string, string | undefined>>) {
  const { step, of, ...rest } = groups;
  const share = Number(step) / Number(of);
  const fraction = Number.isFinite(share) ? Math.min(1, Math.max(0, share)) : undefined;
  const figures = Object.entries(rest).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  return { fraction, figures: Object.fromEntries(figures.slice(0, MAX_FIGURES)) };
}
