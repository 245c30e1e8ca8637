import { confirmedVariables } from '../../../checks/context/since-confirmed.js';
import type { KnownGoodHost } from '../../../domain/known-good.js';
import { compareHosts, type HostState } from './converge.js';
import { keepArtefact } from './kept-artefact.js';
import { plainStep, type StepContext } from './step.js';

/**
 * Makes it the known-good release: its artefacts are kept on every host, and the watch is over. What is confirmed is
 * what was compared in the same look, on every host, and nothing else.
 */
export const confirmStep = plainStep(async (context) => {
  const { hosts, problem } = await compareHosts(context);
  if (problem !== undefined) return { kind: 'failed', problem };
  const knownGood = await Promise.all(hosts.map((host) => keep(context, host)));
  return { kind: 'done', after: {}, turn: { state: 'confirmed', ended: true, knownGood } };
});

async function keep(
  context: StepContext,
  { host, model, binary, running, files }: HostState,
): Promise<KnownGoodHost> {
  const keeping = async (artefact: HostState['model']) =>
    artefact === undefined
      ? null
      : { ...artefact, keptPath: await keepArtefact(context.host(host).host, artefact, context.lost) };
  return {
    host,
    model: await keeping(model),
    binary: await keeping(binary),
    ...(await confirmedVariables(running, files, context.runbook)),
  };
}
