import { realpath } from 'node:fs/promises';
import { dirname, posix } from 'node:path';
import type { CommandRunner } from '../hosts/command-runner.js';
import { HostError } from '../hosts/host.js';
import { hostKindOf } from '../hosts/kinds/kind-registry.js';
import type { TargetHost } from '../hosts/kinds/target-host.js';
import { createLocalCommandRunner } from '../hosts/local/local-command-runner.js';
import type { Targets } from '../runbook/targets.js';
import type { TrainingDefinition } from '../runbook/training.js';
import { hostsNamed } from '../runbook/training-place.js';
import { THIS_MACHINE } from '../runbook/training-schema.js';
import { Trainer, type TrainerOptions } from './trainer.js';
import { readPlace, type TrainerPlace } from './trainer-place.js';

type Reachable = Pick<TargetHost, 'name' | 'connection'>;

export interface TrainerPlaceOptions {
  readonly targets: Targets;
  /** Runs commands on a host, with the rights that are for its files. */
  readonly connect: (host: Reachable) => CommandRunner;
  readonly now: () => Date;
  readonly signal?: AbortSignal | undefined;
}

/** Below the working folder of a host that is not the bot's own machine. */
const THERE = '.lobml-trainings';
const HERE: Reachable = { name: THIS_MACHINE, connection: { kind: 'local' } };

/**
 * Where a training runs. One that was begun stays where it is, whatever the runbook has come to say.
 * @param folder the training's on the bot's machine
 */
export async function trainerOf(
  training: { readonly trainingId: string; readonly folder: string },
  definition: Pick<TrainingDefinition, 'runsOn' | 'workingFolder'> | undefined,
  options: TrainerPlaceOptions,
): Promise<Trainer> {
  const { now, signal } = options;
  const noted = await readPlace(training.folder);
  const place = typeof noted === 'object' ? noted : placeByRunbook(definition, options.targets);
  const site = await siteOf(place, training.folder, options);
  return new Trainer({ ...training, ...site, place, now, signal });
}

function placeByRunbook(
  definition: Pick<TrainingDefinition, 'runsOn' | 'workingFolder'> | undefined,
  targets: Targets,
): TrainerPlace {
  const { runsOn = THIS_MACHINE, workingFolder } = definition ?? {};
  const [found] = runsOn === THIS_MACHINE ? [] : hostsNamed(targets, runsOn);
  return { host: found?.fullName ?? runsOn, workingFolder };
}

async function siteOf(
  { host: name, workingFolder }: TrainerPlace,
  folder: string,
  { targets, connect }: TrainerPlaceOptions,
): Promise<Pick<TrainerOptions, 'isHere' | 'base' | 'runner'>> {
  const host = name === THIS_MACHINE ? HERE : hostsNamed(targets, name)[0]?.host;
  if (host !== undefined && hostKindOf(host.name, host.connection).isThisMachine) {
    const base = dirname(folder);
    // Whoever runs the bot may have put its folder elsewhere, by a link.
    return { isHere: true, base: await realpath(base).catch(() => base), runner: connect(host) };
  }
  const base = posix.join(workingFolder ?? '', THERE);
  if (host !== undefined && workingFolder !== undefined)
    return { isHere: false, base, runner: connect(host) };
  return { isHere: false, base, runner: createAwayRunner(name) };
}

/** A host that has left the targets file is away: nobody can say what its trainer does. */
const createAwayRunner = (host: string): CommandRunner => ({
  host,
  run: async () => {
    throw new HostError('not_configured', { code: 'host_not_in_targets', facts: { host } });
  },
});

/** A training of the bot's own machine, for who looks after its folder and knows no runbook. */
export function trainerHere(trainingId: string, folder: string, now: () => Date): Trainer {
  const runner = createLocalCommandRunner({ host: THIS_MACHINE });
  const place = { host: THIS_MACHINE };
  return new Trainer({ trainingId, folder, base: dirname(folder), isHere: true, place, runner, now });
}
