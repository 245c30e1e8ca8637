import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type ArtefactPlan, metaPathOf } from '../../../domain/release-plan.js';
import { keepArtefact, presentSha256 } from './kept-artefact.js';
import { StagedElsewhereError, unclear } from './problems.js';
import { hostOf, type Step, type StepContext } from './step.js';

/** What is recorded before an artefact is staged; of a model also the SHA-256 of what describes it. */
export const stagedSchema = z.object({
  path: z.string(),
  sha256: z.string(),
  metaSha256: z.string().optional(),
});

interface Staging {
  readonly artefact: ArtefactPlan;
  readonly path: string;
  /** What stood there when the plan was made. */
  readonly plannedSha256: string;
  readonly mode: number | undefined;
}

const EXECUTABLE = 0o755;

/**
 * Puts an artefact in its place on a host: the one before is kept, the new one is copied beside it, its SHA-256 is
 * worked out on the host, and only then it is renamed.
 */
export function createStageStep(kind: 'model' | 'binary'): Step {
  return {
    async observe(context) {
      const { artefact, path } = stagingOf(context, kind);
      const present = (of: string) => presentSha256(hostOf(context).host, of, context.interrupted);
      const seen = { path, sha256: await present(path) };
      if (artefact.metaSha256 === undefined) return seen;
      // An earlier try has perhaps installed the new one: what was seen first is what stood before.
      const first = context.step.before?.metaSha256;
      return { ...seen, metaSha256: first ?? (await present(metaPathOf(path))) };
    },
    async apply(context, before) {
      const { artefact, path, plannedSha256, mode } = stagingOf(context, kind);
      const { host } = hostOf(context);
      await assertStagedHere(context, artefact);
      const seen = stagedSchema.parse(before);
      const after = { path, sha256: artefact.sha256 };
      const localPath = join(context.target.staging ?? '', artefact.name);
      const metaPath = metaPathOf(path);
      const isMetaNew = artefact.metaSha256 !== (await presentSha256(host, metaPath, context.lost));
      if (artefact.metaSha256 !== undefined && isMetaNew) {
        if (seen.metaSha256)
          await keepArtefact(host, { path: metaPath, sha256: seen.metaSha256 }, context.lost);
        // Before the model: whoever finds the model finds what describes it.
        const options = { sha256: artefact.metaSha256, signal: context.lost };
        await host.installFile(metaPathOf(localPath), metaPath, options);
      }
      if (seen.sha256 === artefact.sha256) return { kind: 'done', after };
      if (seen.sha256 !== plannedSha256) {
        return { kind: 'failed', problem: { code: 'changed_since_plan', facts: { host: host.name, path } } };
      }
      if (seen.sha256 !== '') await keepArtefact(host, seen, context.lost);
      await host.installFile(localPath, path, {
        sha256: artefact.sha256,
        signal: context.lost,
        mode: seen.sha256 === '' ? mode : undefined,
      });
      return { kind: 'done', after };
    },
    async reconcile(context, before) {
      const { artefact, path } = stagingOf(context, kind);
      const { host } = hostOf(context);
      const present = await presentSha256(host, path, context.interrupted);
      if (present === artefact.sha256) return { kind: 'done', after: { path, sha256: present } };
      if (present === stagedSchema.parse(before).sha256) return { kind: 'not_done' };
      return unclear(host.name, path);
    },
  };
}

/** @throws StagedElsewhereError */
async function assertStagedHere({ target }: StepContext, { name }: ArtefactPlan): Promise<void> {
  const folder = target.staging ?? '';
  const found = await stat(join(folder, name)).catch(() => undefined);
  if (found === undefined) throw new StagedElsewhereError(name, folder);
}

function stagingOf(context: StepContext, kind: 'model' | 'binary'): Staging {
  const { plan } = hostOf(context);
  const artefact = context.plan[kind];
  const path = kind === 'model' ? plan.modelPath : plan.binaryPath;
  if (artefact === undefined || path === undefined)
    throw new Error(`the plan holds no ${kind} for ${plan.host}`);
  const plannedSha256 = kind === 'model' ? plan.presentModelSha256 : plan.presentBinarySha256;
  return { artefact, path, plannedSha256, mode: kind === 'binary' ? EXECUTABLE : undefined };
}
