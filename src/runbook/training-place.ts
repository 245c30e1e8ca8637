import type { ConfigurationSentence } from '../domain/sentence.js';
import { hostKindOf } from '../hosts/kinds/kind-registry.js';
import type { TargetHost } from '../hosts/kinds/target-host.js';
import type { ConfigurationFault } from './configuration-fault.js';
import type { Targets } from './targets.js';
import type { TrainingDefinition } from './training.js';
import { THIS_MACHINE } from './training-schema.js';

/** The hosts that `HOST` or `TARGET/HOST` may mean, each by its full name. */
export function hostsNamed(
  { targets }: Pick<Targets, 'targets'>,
  name: string,
): readonly { readonly fullName: string; readonly host: TargetHost }[] {
  return [...targets.values()]
    .flatMap((target) => target.hosts.map((host) => ({ fullName: `${target.name}/${host.name}`, host })))
    .filter(({ fullName, host }) => name === host.name || name === fullName);
}

/** What the runbook says of a training's place and the targets file does not bear out. */
export function trainingPlaceFaults(
  training: Pick<TrainingDefinition, 'runsOn' | 'target' | 'workingFolder' | 'fault'>,
  targets: Targets,
): readonly ConfigurationFault[] {
  const { target, fault } = training;
  return [
    ...(target === undefined || targets.targets.has(target)
      ? []
      : fault('target', { code: 'training_target_unknown', facts: { target, file: targets.file } })),
    ...hostProblems(training, targets).flatMap((problem) => fault('runsOn', problem)),
  ];
}

function hostProblems(
  { runsOn, workingFolder }: Pick<TrainingDefinition, 'runsOn' | 'workingFolder'>,
  targets: Targets,
): readonly ConfigurationSentence[] {
  if (runsOn === THIS_MACHINE) return [];
  const [found, ...more] = hostsNamed(targets, runsOn);
  if (found === undefined) {
    return [{ code: 'training_host_unknown', facts: { host: runsOn, file: targets.file } }];
  }
  if (more.length > 0) {
    const names = [found, ...more].map(({ fullName }) => `\`${fullName}\``);
    return [{ code: 'training_host_ambiguous', facts: { host: runsOn, names: names.join(', ') } }];
  }
  const { name, connection } = found.host;
  if (hostKindOf(name, connection).isThisMachine || workingFolder !== undefined) return [];
  return [{ code: 'training_folder_missing', facts: { host: runsOn, connection: connection.kind } }];
}
