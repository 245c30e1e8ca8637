import type { ConfirmedHost } from '../../domain/known-good.js';
import type { NamedChange } from '../../domain/release-plan.js';
import { shownInFile, shownInProcess } from '../../hosts/environment/concealed-value.js';
import { concealedDigest, isConcealedIn } from '../../machine/concealed-digest.js';
import type { Declarations } from '../../runbook/runbook.js';
import { mayShowValue } from './closed-world.js';
import type { HostEnvironment } from './host-environment.js';

type Confirmed = Pick<ConfirmedHost, 'variables' | 'concealed'>;
type Named = Pick<Declarations, 'envPrefix' | 'systemVariables'>;

/** What a confirmed release remembers of a running process: values where they may be stored, digests of the others. */
export async function confirmedVariables(
  running: ReadonlyMap<string, string>,
  { effective }: Pick<HostEnvironment, 'effective'>,
  runbook: Named,
): Promise<Required<Confirmed>> {
  const variables: Record<string, string> = {};
  const concealed: Record<string, string> = {};
  // One after the other: a digest takes a thread, and a halt wants threads too.
  for (const [name, value] of running) {
    const isPlain = mayShowValue(name, runbook) && shownInProcess(value, effective.get(name)) === value;
    if (isPlain) variables[name] = value;
    else concealed[name] = await concealedDigest(value);
  }
  return { variables, concealed };
}

/** Every variable of the layers, or of the confirmed release, that stands otherwise than it was confirmed; by name. */
export async function sinceConfirmed(
  { variables, concealed }: Confirmed,
  { effective }: Pick<HostEnvironment, 'effective'>,
  runbook: Named,
): Promise<readonly NamedChange[]> {
  const names = new Set([...effective.keys(), ...Object.keys(variables), ...Object.keys(concealed ?? {})]);
  const changes: NamedChange[] = [];
  for (const variable of [...names].toSorted()) {
    const present = effective.get(variable);
    const [before, digest] = [variables[variable], concealed?.[variable]];
    // An older release remembered these variables only.
    if (concealed === undefined && before === undefined && !mayShowValue(variable, runbook)) continue;
    const isSame =
      digest === undefined
        ? before === present?.value
        : present !== undefined && (await isConcealedIn(digest, present.value));
    if (isSame) continue;
    const isShown = digest === undefined && mayShowValue(variable, runbook);
    const shown = isShown ? { before: before ?? null, after: shownInFile(present) } : undefined;
    changes.push({ variable, shown });
  }
  return changes;
}
