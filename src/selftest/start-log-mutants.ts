import type { CheckDefinition } from '../runbook/check-definition.js';
import type { Runbook, StartLog } from '../runbook/runbook.js';
import type { Mutant } from './mutant.js';

/** Each pattern of a bad start is unknown, and each part of the loaded line another. */
export function startLogMutants(
  checks: readonly CheckDefinition[],
  { startLog }: Pick<Runbook, 'startLog'>,
): readonly Mutant[] {
  const readers = checks.filter(({ probe }) => probe.kind === 'service').map(({ id }) => id);
  if (startLog === undefined || readers.length === 0) return [];
  const mutant = (what: string, changed: StartLog): Mutant => ({
    checks: readers,
    change: { kind: 'start_log', what },
    looksAgain: true,
    spoil: (runbook) => ({ ...runbook, startLog: changed }),
    apply: (check) => check,
  });
  const { errorLines, loadedLine } = startLog;
  const [message = '', ...fields] = loadedLine;
  return [
    ...errorLines.map((pattern) =>
      mutant(pattern.source, { ...startLog, errorLines: errorLines.filter((other) => other !== pattern) }),
    ),
    mutant(message, { ...startLog, loadedLine: [`${message} otherwise`, ...fields] }),
    ...fields.map((field) =>
      mutant(field, { ...startLog, loadedLine: loadedLine.filter((other) => other !== field) }),
    ),
  ];
}
