import { mayShowValue, undeclaredNames } from '../../../checks/context/closed-world.js';
import type { HostEnvironment } from '../../../checks/context/host-environment.js';
import { expectedEnvironment } from '../../../checks/probes/service-probe.js';
import type { ReleaseProblem } from '../../../domain/release-problem.js';
import { shownInFile, shownInProcess } from '../../../hosts/environment/concealed-value.js';
import { approvedArtefact, approvedMeta, changedLayers, changedUnit } from './approved-host.js';
import { presentSha256 } from './kept-artefact.js';
import { type HostInPlan, plainStep, readFiles, type StepContext } from './step.js';

interface HostDifference {
  readonly host: string;
  /** A variable, with `(process)` where the running process is meant; `model`, `binary`, `process`; the path of a layer. */
  readonly subject: string;
  readonly expected: string;
  readonly found: string;
}

export interface HostState {
  readonly host: string;
  readonly differences: readonly HostDifference[];
  readonly files: HostEnvironment;
  /** Every variable of files and plan that the running process has: values as they are, never stored. */
  readonly running: ReadonlyMap<string, string>;
  /** As it was approved and is there; undefined: nothing was approved, or something else stands there. */
  readonly model: { readonly path: string; readonly sha256: string } | undefined;
  readonly binary: { readonly path: string; readonly sha256: string } | undefined;
}

/**
 * One host as it stands against the plan: files, artefacts, and what the running process has.
 * @param hasProcess false: its process is none of the release's, or not yet. @throws HostError
 */
export async function lookAtHost(
  context: StepContext,
  inPlan: HostInPlan,
  hasProcess = true,
): Promise<HostState> {
  const { host, plan } = inPlan;
  const { runbook, interrupted: signal } = context;
  const files = await readFiles(context, inPlan);
  const expected = new Map<string, string | undefined>(expectedEnvironment(runbook, files));
  const named = plan.undeclared?.map(({ variable }) => variable) ?? [];
  const undeclared = undeclaredNames(files, runbook);
  for (const name of undeclared) {
    if (!named.includes(name)) expected.set(name, files.effective.get(name)?.value);
  }
  const differences: HostDifference[] = [];
  const differs = (subject: string, expected: string | null, found: string | null) =>
    differences.push({ host: host.name, subject, expected: expected ?? '', found: found ?? '' });

  for (const { variable, after } of plan.changes) {
    const found = files.effective.get(variable);
    if ((after ?? undefined) !== found?.value) differs(variable, after, shownInFile(found));
    expected.set(variable, after ?? undefined);
  }
  const { mainPid } = hasProcess ? await host.service.status({ signal }) : { mainPid: 0 };
  const running =
    mainPid === 0
      ? undefined
      : await host.service.processEnvironment(mainPid, [...expected.keys(), ...named], { signal });
  if (hasProcess && running === undefined) differs('process', 'running', '');
  for (const [variable, value] of running === undefined ? [] : expected) {
    const [inFile, found] = [files.effective.get(variable), running?.get(variable)];
    if (value === found) continue;
    const shown = value === inFile?.value ? shownInFile(inFile) : (value ?? '');
    if (mayShowValue(variable, runbook))
      differs(`${variable} (process)`, shown, shownInProcess(found, inFile));
    else differs(`${variable} (process)`, '…', '…');
  }

  for (const { path, expected, found } of changedLayers(context, inPlan, files)) {
    // A variable of it that differs is named already.
    const isNamed = plan.changes.some(
      ({ variable, after }) =>
        files.effective.get(variable)?.file === path && files.effective.get(variable)?.value !== after,
    );
    if (!isNamed) differs(path, shortened(expected), shortened(found));
  }
  for (const { path, expected, found } of await changedUnit(context, inPlan))
    differs(path, shortened(expected), shortened(found));
  const look = async (what: string, approved: HostState['model']) => {
    if (approved === undefined) return undefined;
    const sha256 = await presentSha256(host, approved.path, signal);
    if (sha256 === approved.sha256) return approved;
    differs(what, shortened(approved.sha256), shortened(sha256));
    return undefined;
  };
  const meta = approvedMeta(context, inPlan);
  const [model, binary] = await Promise.all([
    look('model', approvedArtefact(context, inPlan, 'model', files)),
    look('binary', approvedArtefact(context, inPlan, 'binary', files)),
    look(meta?.path ?? '', meta),
  ]);
  return { host: host.name, differences, files, running: running ?? new Map(), model, binary };
}

/** Enough of a SHA-256 to tell two apart. */
const shortened = (sha256: string): string => sha256.slice(0, 12);

/** Looks at every host once. @returns what it saw, and by name whatever is not as planned */
export async function compareHosts(context: StepContext): Promise<{
  readonly hosts: readonly HostState[];
  readonly problem: ReleaseProblem | undefined;
}> {
  const hosts = await Promise.all(
    context.plan.hosts.map(({ host }) => lookAtHost(context, context.host(host))),
  );
  return { hosts, problem: differenceProblem(hosts) };
}

/** Whatever is not as planned, by name; undefined: nothing. */
export function differenceProblem(hosts: readonly HostState[]): ReleaseProblem | undefined {
  const differences = hosts.flatMap((host) => host.differences);
  if (differences.length === 0) return undefined;
  return { code: 'hosts_differ', facts: { differences: differences.map(line) } };
}

/** Compares every host with the plan; one that differs is named. */
export const convergeStep = plainStep(async (context) => {
  const { hosts, problem } = await compareHosts(context);
  if (problem !== undefined) return { kind: 'failed', problem };
  return { kind: 'done', after: { hosts: hosts.map(({ host }) => host) } };
});

const line = ({ host, subject, expected, found }: HostDifference): string =>
  `${host}: ${subject} ${found === '' ? '—' : found} ≠ ${expected === '' ? '—' : expected}`;
