import { hostKindOf } from '../hosts/kinds/host-kinds.js';
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
      : fault('target', `there is no target \`${target}\` in ${targets.file}`)),
    ...hostProblems(training, targets).flatMap((problem) => fault('runsOn', problem)),
  ];
}

function hostProblems(
  { runsOn, workingFolder }: Pick<TrainingDefinition, 'runsOn' | 'workingFolder'>,
  targets: Targets,
): readonly string[] {
  if (runsOn === THIS_MACHINE) return [];
  const [found, ...more] = hostsNamed(targets, runsOn);
  if (found === undefined) {
    return [
      `there is no host \`${runsOn}\` in ${targets.file}; \`${THIS_MACHINE}\` is the bot’s own machine`,
    ];
  }
  if (more.length > 0) {
    const names = [found, ...more].map(({ fullName }) => `\`${fullName}\``);
    return [`several targets have a host \`${runsOn}\`: write one of ${names.join(', ')}`];
  }
  const { name, connection } = found.host;
  if (hostKindOf(name, connection).isThisMachine || workingFolder !== undefined) return [];
  return [
    `the host \`${runsOn}\` is reached by ${connection.kind}, so \`workingFolder\` must say a folder there: trainings are kept below it`,
  ];
}
