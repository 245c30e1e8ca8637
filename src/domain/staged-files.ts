import type { ArtefactPlan } from './release-plan.js';

export interface StagedModelMeta {
  readonly version: string | undefined;
  readonly horizon: string | undefined;
  readonly metrics: Readonly<Record<string, number>>;
}

/** A model that waits for a deploy. */
export interface StagedModel extends ArtefactPlan {
  readonly modifiedAt: Date;
  /** What its training wrote beside it; undefined: nothing readable. */
  readonly meta: StagedModelMeta | undefined;
}

export interface SkippedFile {
  readonly name: string;
  readonly why: 'not_a_file' | 'name_too_long' | 'odd_name' | 'not_readable' | 'too_large';
}

export interface StagedFiles {
  /** Newest first. */
  readonly models: readonly StagedModel[];
  readonly binaries: readonly (ArtefactPlan & { readonly modifiedAt: Date })[];
  /** What looks like an artefact and cannot be deployed, by name. */
  readonly skipped: readonly SkippedFile[];
}
