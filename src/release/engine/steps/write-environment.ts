import { z } from 'zod';
import {
  assignmentsBefore,
  backupPathOf,
  changedText,
  plannedSha256,
  readWrittenLayer,
  sha256OfText,
} from './environment-change.js';
import { isHostError, unclear } from './problems.js';
import { hostOf, type Step } from './step.js';

/** What is recorded before the layer is written: enough to tell afterwards which side of the write stands. */
export const writtenSchema = z.object({
  path: z.string(),
  sha256: z.string(),
  afterSha256: z.string(),
  existed: z.boolean(),
  assignments: z.record(z.string(), z.string().nullable()),
});

/**
 * Writes the strategy's variables. A halt that happens meanwhile always wins: the release's state is looked at by
 * the statement that records the beginning of this step, after the file was read, and the file is replaced only
 * while it still is what was read. So a halt's write is either seen, or refuses this one, or comes after it.
 */
export const writeEnvironmentStep: Step = {
  async observe(context) {
    const { host, plan } = hostOf(context);
    const layer = await readWrittenLayer(host, plan.writtenFile, context.interrupted);
    return {
      path: plan.writtenFile,
      sha256: layer.sha256,
      afterSha256: sha256OfText(changedText(layer.text, plan)),
      existed: layer.exists,
      assignments: assignmentsBefore(layer.text, plan),
    };
  },
  async apply(context, before) {
    const { host, plan } = hostOf(context);
    const { path, sha256, afterSha256 } = writtenSchema.parse(before);
    const changed = { code: 'changed_since_plan', facts: { host: host.name, path } } as const;
    if (sha256 !== plannedSha256(plan)) return { kind: 'failed', problem: changed };
    const after = { path, sha256: afterSha256 };
    if (sha256 === afterSha256) return { kind: 'done', after };
    const { text } = await readWrittenLayer(host, path, context.lost);
    try {
      // There is one backup; that of an earlier release has served.
      await host.removeFile(backupPathOf(path), { signal: context.lost });
      await host.replaceFile(path, Buffer.from(changedText(text, plan), 'utf8'), {
        expectedSha256: sha256,
        backupPath: backupPathOf(path),
        signal: context.lost,
      });
    } catch (error) {
      if (isHostError(error) && error.code === 'changed_since_plan')
        return { kind: 'failed', problem: changed };
      throw error;
    }
    return { kind: 'done', after };
  },
  async reconcile(context, before) {
    const { host } = hostOf(context);
    const { path, sha256, afterSha256 } = writtenSchema.parse(before);
    const present = await readWrittenLayer(host, path, context.interrupted);
    if (present.sha256 === afterSha256) return { kind: 'done', after: { path, sha256: afterSha256 } };
    if (present.sha256 === sha256) return { kind: 'not_done' };
    return unclear(host.name, path);
  },
};
