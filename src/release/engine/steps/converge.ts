import { mayShowValue, undeclaredNames } from '../../../checks/context/closed-world.js';
import type { HostEnvironment } from '../../../checks/context/host-environment.js';
import { expectedEnvironment } from '../../../checks/probes/service-probe.js';
import { shownInFile, shownInProcess } from '../../../hosts/environment/concealed-value.js';
import { modelVariable } from '../../../runbook/strategy-contract.js';
import { presentSha256 } from './kept-artefact.js';
import { type HostInPlan, plainStep, readFiles, type StepContext } from './step.js';

interface HostDifference {
  readonly host: string;
  /** A variable, with `(process)` where the running process is meant; `model`, `binary`, `process`. */
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
  readonly model: { readonly path: string; readonly sha256: string } | undefined;
  readonly binary: { readonly path: string; readonly sha256: string } | undefined;
}

/** One host as it stands against the plan: files, artefacts, and what the running process has. @throws HostError */
export async function lookAtHost(context: StepContext, inPlan: HostInPlan): Promise<HostState> {
  const { host, settings, plan } = inPlan;
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
  const compare = (subject: string, want: string, found: string | undefined) => {
    if (want !== (found ?? '')) differs(subject, want, found ?? '');
  };

  for (const { variable, after } of plan.changes) {
    const found = files.effective.get(variable);
    if ((after ?? undefined) !== found?.value) differs(variable, after, shownInFile(found));
    expected.set(variable, after ?? undefined);
  }
  const { mainPid } = await host.service.status({ signal });
  const running =
    mainPid === 0
      ? undefined
      : await host.service.processEnvironment(mainPid, [...expected.keys(), ...named], { signal });
  if (running === undefined) differs('process', 'running', '');
  for (const [variable, value] of running === undefined ? [] : expected) {
    const [inFile, found] = [files.effective.get(variable), running?.get(variable)];
    if (value === found) continue;
    const shown = value === inFile?.value ? shownInFile(inFile) : (value ?? '');
    if (mayShowValue(variable, runbook))
      differs(`${variable} (process)`, shown, shownInProcess(found, inFile));
    else differs(`${variable} (process)`, '…', '…');
  }

  const modelPath = plan.modelPath ?? presentModelPath(runbook, files.effective);
  const [model, binary] = await Promise.all([
    artefact(modelPath, (path) => presentSha256(host, path, signal)),
    artefact(plan.binaryPath ?? settings.binary, (path) => presentSha256(host, path, signal)),
  ]);
  const { model: plannedModel, binary: plannedBinary } = context.plan;
  // A model that stays is the one that was approved.
  const modelSha256 = plannedModel?.sha256 ?? plan.presentModelSha256;
  if (modelSha256 !== '') compare('model', modelSha256, model?.sha256);
  if (plannedBinary !== undefined) compare('binary', plannedBinary.sha256, binary?.sha256);
  return { host: host.name, differences, files, running: running ?? new Map(), model, binary };
}

function presentModelPath(
  runbook: StepContext['runbook'],
  effective: HostEnvironment['effective'],
): string | undefined {
  const name = modelVariable(runbook, 'path');
  return name === undefined ? undefined : (shownInFile(effective.get(name)) ?? undefined);
}

async function artefact(path: string | undefined, hash: (path: string) => Promise<string>) {
  if (path === undefined || path === '') return undefined;
  const sha256 = await hash(path);
  return sha256 === '' ? undefined : { path, sha256 };
}

/** Compares every host with the plan; one that differs is named. */
export const convergeStep = plainStep(async (context) => {
  const found = await Promise.all(
    context.plan.hosts.map(({ host }) => lookAtHost(context, context.host(host))),
  );
  const differences = found.flatMap((host) => host.differences);
  if (differences.length === 0) return { kind: 'done', after: { hosts: found.map(({ host }) => host) } };
  const facts = { differences: differences.map(line) };
  return { kind: 'failed', problem: { code: 'hosts_differ', facts } };
});

const line = ({ host, subject, expected, found }: HostDifference): string =>
  `${host}: ${subject} ${found === '' ? '—' : found} ≠ ${expected === '' ? '—' : expected}`;
