import { createHash } from 'node:crypto';
import type { HostPlan } from '../../../domain/release-plan.js';
import { type EnvironmentChanges, editEnvironmentFile } from '../../../hosts/environment/environment-edit.js';
import { decodeEnvironmentBytes, parseEnvironmentFile } from '../../../hosts/environment/environment-file.js';
import { EMPTY_SHA256 } from '../../../hosts/file-bounds.js';
import { type Host, HostError } from '../../../hosts/host.js';
import { isOn } from '../../../runbook/flag-state.js';
import type { Runbook } from '../../../runbook/runbook.js';
import { enableFlag } from '../../../runbook/strategy-contract.js';

interface WrittenLayer {
  readonly text: string;
  /** As `replaceFile` counts it: a file that is not there has the hash of nothing. */
  readonly sha256: string;
  readonly exists: boolean;
}

/** The layer that a release writes. @throws HostError when it cannot be read, or is no text. */
export async function readWrittenLayer(
  host: Pick<Host, 'name' | 'readFile'>,
  path: string,
  signal: AbortSignal,
): Promise<WrittenLayer> {
  const file = await host.readFile(path, { signal });
  if (file === undefined) return { text: '', sha256: EMPTY_SHA256, exists: false };
  const text = decodeEnvironmentBytes(file.bytes);
  if (text === undefined) {
    throw new HostError('unreadable_answer', { code: 'host_not_text', facts: { host: host.name, path } });
  }
  return { text, sha256: file.sha256, exists: true };
}

/** The hash that the plan expects of the layer, as `replaceFile` counts it. */
export function plannedSha256(plan: HostPlan): string {
  const layer = plan.layers.find(({ path }) => path === plan.writtenFile);
  return layer === undefined || layer.sha256 === '' ? EMPTY_SHA256 : layer.sha256;
}

/** The layer's text with the plan's changes. @throws EnvironmentEditError */
export function changedText(text: string, plan: HostPlan): string {
  return editEnvironmentFile(
    text,
    new Map(plan.changes.map(({ variable, after }) => [variable, after ?? undefined])),
  );
}

/** What the layer itself says of the variables that change, to be put back; null: nothing. */
export function assignmentsBefore(text: string, plan: HostPlan): Record<string, string | null> {
  const values = new Map(parseEnvironmentFile(text).assignments.map(({ name, value }) => [name, value]));
  return Object.fromEntries(plan.changes.map(({ variable }) => [variable, values.get(variable) ?? null]));
}

/** The changes that put these assignments back. */
export function changesBack(assignments: Readonly<Record<string, string | null>>): EnvironmentChanges {
  return new Map(Object.entries(assignments).map(([name, value]) => [name, value ?? undefined]));
}

/**
 * The same, and whatever else the file or another layer says by now, the flag is never turned on: one that was on is
 * left as it is found, one that was off goes to off.
 */
export function changesBackWithFlagOff(
  assignments: Readonly<Record<string, string | null>>,
  runbook: Pick<Runbook, 'envPrefix' | 'flag' | 'variables'>,
  { changes }: Pick<HostPlan, 'changes'>,
): EnvironmentChanges {
  const flag = enableFlag(runbook);
  const back = new Map(changesBack(assignments));
  if (!back.has(flag)) return back;
  const before = assignments[flag] ?? changes.find(({ variable }) => variable === flag)?.before;
  if (isOn(runbook, before ?? undefined)) back.delete(flag);
  else back.set(flag, assignments[flag] ?? runbook.flag.off);
  return back;
}

export const sha256OfText = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

/** The one backup of a layer; the next release replaces it. */
export const backupPathOf = (path: string): string => `${path}.lobml-before`;
