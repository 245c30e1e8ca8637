import type { ObservedRow } from '../../domain/check-run.js';
import type { NamedChange } from '../../domain/release-plan.js';
import { shownInFile, shownInProcess } from '../../hosts/environment/concealed-value.js';
import type { Declarations } from '../../runbook/runbook.js';
import { declaredNames, mayShowValue, typoOfDeclared, undeclaredNames } from '../context/closed-world.js';
import type { HostEnvironment } from '../context/host-environment.js';
import type { PlannedHost } from '../context/planned-state.js';

interface Seen {
  readonly host: string;
  readonly files: HostEnvironment;
  /** undefined: there is no process to compare with. */
  readonly running: ReadonlyMap<string, string> | undefined;
  readonly planned: PlannedHost | undefined;
  /** What stands otherwise than the last confirmed release left it. */
  readonly changes: readonly NamedChange[];
}

/**
 * One row for each variable that the layers set, or the last confirmed release had, and the runbook does not declare:
 * whether the process has another value, whether it was changed since that release, and whether its name is a slip of
 * a declared one. What a plan names as different is taken upon themselves by the people who ask for it.
 */
export function undeclaredRows(
  { host, files, running, planned, changes }: Seen,
  runbook: Declarations,
): readonly ObservedRow[] {
  const rows = undeclaredVariables(files, changes, runbook).map((variable): ObservedRow => {
    const [inFile, inProcess] = [files.effective.get(variable), running?.get(variable)];
    const isNamed = planned?.drift.some(
      ({ variable: name, before, after }) =>
        name === variable && before === (inProcess ?? null) && after === (inFile?.value ?? null),
    );
    const differs = running !== undefined && inFile?.value !== inProcess && isNamed !== true;
    const typoOf = typoOfDeclared(variable, runbook);
    const isShown = mayShowValue(variable, runbook);
    const change = changes.find((one) => one.variable === variable);
    return {
      host,
      variable,
      file: isShown ? shownInFile(inFile) : hidden(inFile),
      process: isShown ? shownInProcess(inProcess, inFile) : hidden(inProcess),
      differs,
      confirmed: change?.shown === undefined ? null : change.shown.before,
      // What the process has not yet is told as that.
      changed: change !== undefined && !differs,
      typo_of: typoOf ?? '',
      // Nothing sets what was meant, so that its default is in force.
      lost: typoOf !== undefined && !files.effective.has(typoOf),
    };
  });
  const none = { host, variable: '', differs: false, changed: false, typo_of: '', lost: false };
  return rows.length > 0 ? rows : [none];
}

export function undeclaredVariables(
  files: HostEnvironment,
  changes: readonly NamedChange[],
  runbook: Declarations,
): readonly string[] {
  const declared = declaredNames(runbook);
  const changed = changes.map(({ variable }) => variable).filter((name) => !declared.includes(name));
  return [...new Set([...undeclaredNames(files, runbook), ...changed])].toSorted();
}

/** Of what may not be shown only whether it is set. */
const hidden = (value: unknown): string | null => (value === undefined ? null : '…');
