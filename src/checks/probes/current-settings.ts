import { posix } from 'node:path';
import type { ObservedRow } from '../../domain/check-run.js';
import { layerFindings } from '../../hosts/environment/unit-layers.js';
import type { ServiceDefinition } from '../../hosts/host.js';
import { compareCommand } from '../../hosts/managers/loaded-command.js';
import type { HostAccess, ProbeCall } from '../context/check-context.js';
import type { PresentProcess } from './current-files.js';
import { type Finding, findingRow } from './current-finding.js';

/**
 * How the manager has the service loaded, and what is set outside the files that it reads.
 * @param family how the names of the trading system's variables begin.
 * @param held those that the process has; undefined: nobody says.
 * @param present undefined: a restart is planned, and nobody asks what runs before it.
 */
export async function settingRows(
  access: HostAccess,
  {
    family,
    held,
    present,
  }: {
    readonly family: string;
    readonly held: readonly string[] | undefined;
    readonly present: PresentProcess | undefined;
  },
  call: ProbeCall,
): Promise<readonly ObservedRow[]> {
  const { host, settings } = access;
  const [definition, { effective }] = await Promise.all([
    host.service.definition(call),
    access.environment(),
  ]);
  const outside = new Set(definition === undefined ? [] : outsideOf(definition, settings, family));
  // What a file sets wins over what the unit sets.
  const rowsOf = (finding: Finding, variables: Iterable<string>, place = '') =>
    [...variables]
      .filter((variable) => !effective.has(variable))
      .map((variable) => findingRow(access, 'variable', finding, { variable, path: place }));
  const ofProcess = rowsOf('held', held?.filter((name) => !outside.has(name)) ?? []);
  if (definition === undefined) return [findingRow(access, 'unit', 'not_told'), ...ofProcess];
  const { fragment } = definition;
  const listed = settings.environmentFiles.map(({ path }) => posix.normalize(path));
  return [
    findingRow(access, 'unit', unitFinding(definition, present), {
      path: fragment,
      ...(definition.filesChangedAt && { changedAt: definition.filesChangedAt }),
    }),
    ...rowsOf('set_outside', outside, placeOf(definition)),
    ...ofProcess,
    ...layerFindings(listed, definition.environmentFiles).map(({ path, finding }) =>
      findingRow(access, 'environment_file', finding, { path }),
    ),
  ];
}

function unitFinding(definition: ServiceDefinition, present: PresentProcess | undefined): Finding {
  if (definition.needsReload) return 'needs_reload';
  if (present === undefined) return 'found';
  const finding = compareCommand(definition, present.facts, present.start);
  return finding === 'same' ? 'found' : finding;
}

/** Of the machine's own manager every name counts, as there is no session whose names it could hold. */
function outsideOf(
  { variables, ofManager }: ServiceDefinition,
  { service }: HostAccess['settings'],
  family: string,
): readonly string[] {
  const isOfPerson = service.manager === 'systemd' && service.userManager;
  return [...variables, ...ofManager.filter((name) => !isOfPerson || name.startsWith(family))];
}

const placeOf = ({ fragment, dropIns }: ServiceDefinition): string => [fragment, ...dropIns].join(', ');
