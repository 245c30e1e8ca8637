import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandRunner } from '../hosts/command-runner.js';
import { HostError } from '../hosts/host.js';
import { hostKindOf } from '../hosts/kinds/host-kinds.js';
import type { TargetHost } from '../hosts/kinds/target-host.js';
import type { Targets } from '../runbook/targets.js';
import type { TrainingDefinition } from '../runbook/training.js';
import { hostsNamed } from '../runbook/training-place.js';
import { createLocalTrainer } from './local-trainer.js';
import { type RemotePlace, readPlace } from './remote-place.js';
import { createSshTrainer } from './ssh-trainer.js';
import { JOB_FILE } from './trainer-process.js';
import type { TrainerRunner } from './trainer-runner.js';

export interface TrainerPlaceOptions {
  readonly targets: Targets;
  /** Runs commands on a host behind ssh, with the key that is for its files. */
  readonly connect: (host: TargetHost) => CommandRunner;
  readonly now: () => Date;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Where a training runs. One that was begun stays where it is, whatever the runbook has come to say.
 * @param folder the training's on the bot's machine
 */
export async function trainerOf(
  training: { readonly trainingId: string; readonly folder: string },
  definition: TrainingDefinition | undefined,
  options: TrainerPlaceOptions,
): Promise<TrainerRunner> {
  const { trainingId, folder } = training;
  const noted = await readPlace(folder);
  const place = typeof noted === 'object' ? noted : await placeByRunbook(folder, definition, options.targets);
  if (place === undefined) return createLocalTrainer(folder);
  const { now, signal } = options;
  return createSshTrainer({ trainingId, folder, place, runner: runnerFor(place, options), now, signal });
}

/** undefined: the bot's own machine. */
async function placeByRunbook(
  folder: string,
  definition: TrainingDefinition | undefined,
  targets: Targets,
): Promise<RemotePlace | undefined> {
  const [found] = definition === undefined ? [] : hostsNamed(targets, definition.runsOn);
  if (found === undefined || isHere(found.host) || definition?.workingFolder === undefined) return undefined;
  const isBegunHere = await access(join(folder, JOB_FILE)).then(
    () => true,
    () => false,
  );
  return isBegunHere ? undefined : { host: found.fullName, workingFolder: definition.workingFolder };
}

const isHere = ({ name, connection }: TargetHost): boolean => hostKindOf(name, connection).isThisMachine;

/** A host that has left the targets file is away: nobody can say what its trainer does. */
function runnerFor({ host: name }: RemotePlace, { targets, connect }: TrainerPlaceOptions): CommandRunner {
  const [found] = hostsNamed(targets, name);
  if (found !== undefined && !isHere(found.host)) return connect(found.host);
  return {
    host: name,
    run: async () => {
      throw new HostError('not_configured', name, `${name}: the targets file has no such host.`);
    },
  };
}
