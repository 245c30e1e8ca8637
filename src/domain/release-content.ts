import { z } from 'zod';
import { canonicalJson } from './canonical-json.js';
import type { Outcome } from './outcome.js';
import {
  type ArtefactPlan,
  type EvidenceBinding,
  type HostPlan,
  metaPathOf,
  type NamedChange,
  type ReleasePlan,
  type VariableChange,
} from './release-plan.js';
import type { ValueOf } from './value-of.js';

/** What an approval is bound to. */
export interface BoundContent {
  readonly plan: ReleasePlan;
  readonly evidence: EvidenceBinding;
}

/** The parts of a release whose change stops it. */
const CONTENT_PARTS = [
  'model',
  'binary',
  'hosts',
  /** What stands at the model's or the binary's path on a host. */
  'installed_model',
  'installed_binary',
  /** A layer of a host's environment; its text is not told. */
  'environment_file',
  /** What a restart of the host's service starts. */
  'unit',
  /** What one of the strategy's variables becomes. */
  'variable',
  /** What differs between file and running process. */
  'running_process',
  /** What differs from the last confirmed release. */
  'since_confirmed',
  /** What other targets on the same machines have of it. */
  'shared',
  /** Whether the host can turn the strategy off by itself. */
  'dead_man',
  'runbook',
  'policy',
  /** The outcome of a check. */
  'outcome',
  /** Anything else of the plan. */
  'plan',
] as const;
export type ContentPart = (typeof CONTENT_PARTS)[number];

export const contentChangeSchema = z.object({
  part: z.enum(CONTENT_PARTS),
  host: z.string().optional(),
  /** The file, the variable or the check. */
  subject: z.string().optional(),
  /** As text; '' where there was nothing. */
  before: z.string(),
  after: z.string(),
});
export type ContentChange = ValueOf<typeof contentChangeSchema>;

/** The text whose SHA-256 is the digest of a request. */
export function boundText({ plan, evidence }: BoundContent): string {
  return canonicalJson({ plan, evidence });
}

/**
 * What differs between what was approved and what stands now, by name. The id of the check run does not count:
 * evidence that was run again with the same outcomes is the same evidence, and so is better one.
 */
export function contentChanges(approved: BoundContent, present: BoundContent): readonly ContentChange[] {
  const changes = [
    ...artefactChange('model', approved.plan.model, present.plan.model),
    ...artefactChange('binary', approved.plan.binary, present.plan.binary),
    ...hostChanges(approved.plan, present.plan),
    ...textChange({ part: 'runbook' }, approved.plan.runbookSha256, present.plan.runbookSha256),
    ...textChange({ part: 'policy' }, approved.plan.policySha256, present.plan.policySha256),
    ...jsonChange({ part: 'policy' }, approved.plan.alsoApprovedBy, present.plan.alsoApprovedBy),
    ...jsonChange({ part: 'shared' }, approved.plan.shared, present.plan.shared),
    ...outcomeChanges(approved.evidence, present.evidence),
  ];
  if (changes.length > 0) return changes;
  return textChange({ part: 'plan' }, canonicalJson(approved.plan), canonicalJson(present.plan));
}

type Where = Pick<ContentChange, 'part' | 'host' | 'subject'>;

function textChange(where: Where, before: string, after: string): readonly ContentChange[] {
  return before === after ? [] : [{ ...where, before, after }];
}

const jsonChange = (where: Where, before: object = [], after: object = []): readonly ContentChange[] =>
  textChange(where, canonicalJson(before), canonicalJson(after));

function artefactChange(
  part: 'model' | 'binary',
  approved: ArtefactPlan | undefined,
  present: ArtefactPlan | undefined,
): readonly ContentChange[] {
  const subject = approved?.name ?? present?.name ?? '';
  return [
    ...textChange({ part, subject }, approved?.sha256 ?? '', present?.sha256 ?? ''),
    ...textChange(
      { part, subject: metaPathOf(subject) },
      approved?.metaSha256 ?? '',
      present?.metaSha256 ?? '',
    ),
  ];
}

function hostChanges(approved: ReleasePlan, present: ReleasePlan): readonly ContentChange[] {
  const names = (plan: ReleasePlan) => plan.hosts.map(({ host }) => host).join(', ');
  const moved = textChange({ part: 'hosts' }, names(approved), names(present));
  if (moved.length > 0) return moved;
  return approved.hosts.flatMap((before, index) => {
    const after = present.hosts[index];
    return after === undefined ? [] : changesOnHost(before, after);
  });
}

function changesOnHost(before: HostPlan, after: HostPlan): readonly ContentChange[] {
  const { host } = before;
  const paths = new Set([...before.layers, ...after.layers].map(({ path }) => path));
  const hashOf = (plan: HostPlan, path: string) =>
    plan.layers.find((layer) => layer.path === path)?.sha256 ?? '';
  const layers = [...paths].flatMap((subject) =>
    textChange({ part: 'environment_file', host, subject }, hashOf(before, subject), hashOf(after, subject)),
  );
  return [
    ...layers,
    ...variableChanges('variable', host, before.changes, after.changes),
    ...variableChanges('running_process', host, before.drift, after.drift),
    ...variableChanges('running_process', host, asChanges(before.undeclared), asChanges(after.undeclared)),
    ...variableChanges(
      'since_confirmed',
      host,
      asChanges(before.sinceConfirmed),
      asChanges(after.sinceConfirmed),
    ),
    ...textChange(
      { part: 'unit', host, subject: before.unit?.fragment ?? after.unit?.fragment ?? '' },
      before.unit?.sha256 ?? '',
      after.unit?.sha256 ?? '',
    ),
    ...textChange({ part: 'dead_man', host }, before.withoutDeadMan ?? '', after.withoutDeadMan ?? ''),
    ...textChange(
      { part: 'installed_model', host, subject: before.modelPath ?? '' },
      before.presentModelSha256,
      after.presentModelSha256,
    ),
    ...textChange(
      { part: 'installed_binary', host, subject: before.binaryPath ?? '' },
      before.presentBinarySha256,
      after.presentBinarySha256,
    ),
  ];
}

/** Where no value may be told, that the variable differs is all that is compared; its layers are bound besides. */
const asChanges = (named: readonly NamedChange[] = []): readonly VariableChange[] =>
  named.map(({ variable, shown }) => ({ variable, before: '…', after: '…', ...shown }));

function variableChanges(
  part: 'variable' | 'running_process' | 'since_confirmed',
  host: string,
  before: readonly VariableChange[],
  after: readonly VariableChange[],
): readonly ContentChange[] {
  const names = new Set([...before, ...after].map(({ variable }) => variable));
  const stepOf = (changes: readonly VariableChange[], name: string) => {
    const change = changes.find(({ variable }) => variable === name);
    return change === undefined ? '' : `${change.before ?? '—'} → ${change.after ?? '—'}`;
  };
  return [...names].flatMap((subject) =>
    textChange({ part, host, subject }, stepOf(before, subject), stepOf(after, subject)),
  );
}

/** What is unknown is worse than a warning, and better than a fail. */
const SEVERITY: Readonly<Record<Outcome, number>> = {
  PASS: 0,
  WARN: 1,
  SKIPPED: 2,
  INCONCLUSIVE: 2,
  ERROR: 2,
  FAIL: 3,
};

/** The outcomes that are worse than those that were approved: what became better stops nothing. */
function outcomeChanges(approved: EvidenceBinding, present: EvidenceBinding): readonly ContentChange[] {
  const ids = new Set([...approved.outcomes, ...present.outcomes].map(({ id }) => id));
  const outcomeOf = (evidence: EvidenceBinding, id: string) =>
    evidence.outcomes.find((outcome) => outcome.id === id)?.outcome;
  return [...ids].flatMap((subject) => {
    const [before, after] = [outcomeOf(approved, subject), outcomeOf(present, subject)];
    // A check that was not run is worse than whatever it said; a new one has been nothing but good.
    const isWorse = after === undefined || SEVERITY[after] > SEVERITY[before ?? 'PASS'];
    return isWorse ? [{ part: 'outcome' as const, subject, before: before ?? '', after: after ?? '' }] : [];
  });
}
