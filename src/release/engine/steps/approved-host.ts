import { type HostEnvironment, readHostEnvironment } from '../../../checks/context/host-environment.js';
import { metaPathOf } from '../../../domain/release-plan.js';
import type { ReleaseProblem } from '../../../domain/release-problem.js';
import { shownInFile } from '../../../hosts/environment/concealed-value.js';
import { EMPTY_SHA256 } from '../../../hosts/file-bounds.js';
import { modelVariable } from '../../../runbook/strategy-contract.js';
import { unitIdentity } from '../../unit-identity.js';
import { presentSha256 } from './kept-artefact.js';
import { earlier, type HostInPlan, hostOf, READ_TIMEOUT_MS, type Step, type StepContext } from './step.js';
import { writtenSchema } from './write-environment.js';

/** The same step, on a host that is what was approved and on no other. */
export const onApprovedHost = (step: Step): Step => ({
  ...step,
  refuse: async (context) =>
    (await refuseUnlessApproved(context, hostOf(context))) ?? (await step.refuse?.(context)),
});

/** The same step, unless it would change what another target runs by now, whose people have not agreed. */
export const forNobodyElse = (step: Step): Step => ({
  ...step,
  async refuse(context) {
    const { plan, interrupted: signal } = context;
    const places = await context.sharedPlaces(plan, hostOf(context), { timeoutMs: READ_TIMEOUT_MS, signal });
    const agreed = plan.alsoApprovedBy?.map(({ target }) => target) ?? [];
    const found = places.find(({ target, changes }) => changes && !agreed.includes(target));
    if (found === undefined) return undefined;
    const { host, target, path } = found;
    return { code: 'changes_other_target', facts: { host, target, path } };
  },
});

/** A file of a host that is not what was approved. */
interface ChangedFile {
  readonly path: string;
  /** SHA-256 in hex; '' for none. */
  readonly expected: string;
  readonly found: string;
}

/**
 * Right before a host is touched: every layer of its environment, the model and the program that stay or were staged,
 * and what a restart would start, against the approved plan and nothing else. @throws HostError
 */
async function refuseUnlessApproved(
  context: StepContext,
  inPlan: HostInPlan,
): Promise<ReleaseProblem | undefined> {
  const { host, settings } = inPlan;
  const { interrupted: signal } = context;
  const files = await readHostEnvironment(host, settings, { timeoutMs: READ_TIMEOUT_MS, signal });
  const expected = [
    approvedArtefact(context, inPlan, 'model', files),
    approvedArtefact(context, inPlan, 'binary', files),
    approvedMeta(context, inPlan),
  ].flatMap((artefact) => artefact ?? []);
  const artefacts = await Promise.all(
    expected.map(async ({ path, sha256 }) => ({
      path,
      expected: sha256,
      found: await presentSha256(host, path, signal),
    })),
  );
  const changed = [
    ...changedLayers(context, inPlan, files),
    ...artefacts.filter(({ expected, found }) => expected !== found),
    ...(await changedUnit(context, inPlan)),
  ];
  if (changed.length === 0) return undefined;
  const path = changed.map((file) => file.path).join(', ');
  return { code: 'changed_since_plan', facts: { host: host.name, path } };
}

/** The layers of a host that are neither as they were approved nor, for the one that is written, as the release wrote it. */
export function changedLayers(
  context: StepContext,
  { host, plan }: HostInPlan,
  { layers }: Pick<HostEnvironment, 'layers'>,
): readonly ChangedFile[] {
  const write = earlier(context, 'write_environment', host.name);
  const written = write?.before == null ? undefined : writtenSchema.parse(write.before).afterSha256;
  const found = new Map(layers.map(({ path, sha256 }) => [path, filled(sha256)]));
  const paths = new Set([...plan.layers, ...layers].map(({ path }) => path));
  return [...paths].flatMap((path) => {
    const planned = filled(plan.layers.find((layer) => layer.path === path)?.sha256 ?? '');
    const isWritten = path === plan.writtenFile && written !== undefined;
    const expected = isWritten && write?.state === 'done' ? written : planned;
    const present = found.get(path) ?? EMPTY_SHA256;
    // A write that was interrupted may have happened, or not.
    const isFine = present === expected || (isWritten && write?.state !== 'done' && present === written);
    return isFine ? [] : [{ path, expected, found: present }];
  });
}

/** What a restart would start, where it is no longer what was approved. @throws HostError */
export async function changedUnit(
  { interrupted: signal }: StepContext,
  { host, plan: { unit } }: HostInPlan,
): Promise<readonly ChangedFile[]> {
  if (unit === undefined) return [];
  const found = (await unitIdentity(host.service, { timeoutMs: READ_TIMEOUT_MS, signal }))?.sha256 ?? '';
  const path = unit.fragment === '' ? host.service.description : unit.fragment;
  return found === unit.sha256 ? [] : [{ path, expected: unit.sha256, found }];
}

/** A file that is not there counts as an empty one. */
const filled = (sha256: string): string => (sha256 === '' ? EMPTY_SHA256 : sha256);

/**
 * What must stand at the place of a host's model or program; undefined: there is none, or it is being replaced right now.
 */
export function approvedArtefact(
  context: StepContext,
  { host, settings, plan }: HostInPlan,
  kind: 'model' | 'binary',
  files: Pick<HostEnvironment, 'effective'>,
): { readonly path: string; readonly sha256: string } | undefined {
  const artefact = context.plan[kind];
  const isStaged = earlier(context, `stage_${kind}`, host.name)?.state === 'done';
  if (artefact !== undefined && !isStaged) return undefined;
  const path =
    kind === 'model'
      ? (plan.modelPath ?? presentModelPath(context, files))
      : (plan.binaryPath ?? settings.binary);
  const staying = kind === 'model' ? plan.presentModelSha256 : plan.presentBinarySha256;
  const sha256 = artefact?.sha256 ?? staying;
  return path === undefined || path === '' || sha256 === '' ? undefined : { path, sha256 };
}

/** What must stand beside a model that was staged; undefined: nothing came with it, or it is not there yet. */
export function approvedMeta(
  context: StepContext,
  { host, plan: { modelPath } }: HostInPlan,
): { readonly path: string; readonly sha256: string } | undefined {
  const sha256 = context.plan.model?.metaSha256;
  const isStaged = earlier(context, 'stage_model', host.name)?.state === 'done';
  return isStaged && sha256 !== undefined && modelPath !== undefined
    ? { path: metaPathOf(modelPath), sha256 }
    : undefined;
}

function presentModelPath(
  { runbook }: StepContext,
  { effective }: Pick<HostEnvironment, 'effective'>,
): string | undefined {
  const name = modelVariable(runbook, 'path');
  return name === undefined ? undefined : shownInFile(effective.get(name))?.trim();
}
