import type { Click, Subcommand, Submission, SubmissionAnswer } from '../conversation/subcommand.js';
import { heardSubcommand } from '../conversation/subcommand-lookup.js';

export interface ActionEntry<Services> {
  readonly subcommand: string;
  readonly urgent: boolean;
  readonly run: (click: Click, services: Services) => Promise<void>;
}

interface SubmissionEntry<Services> {
  readonly subcommand: string;
  readonly run: (submission: Submission, services: Services) => Promise<SubmissionAnswer>;
}

/** What Slack can call, by the ids that Slack sends. */
export interface SubcommandIndex<Services> {
  readonly names: readonly string[];
  subcommand(name: string): Subcommand<Services> | undefined;
  /** What words mean that begin with no name. */
  heard(words: readonly string[]): Subcommand<Services> | undefined;
  /** An id may carry a mark after `#`, because Slack wants different ids within one block. */
  action(actionId: string): ActionEntry<Services> | undefined;
  submission(callbackId: string): SubmissionEntry<Services> | undefined;
}

/** @throws Error when two subcommands claim one id: a click would reach the wrong one. */
export function indexSubcommands<Services>(all: readonly Subcommand<Services>[]): SubcommandIndex<Services> {
  const subcommands = new Map<string, Subcommand<Services>>();
  const actions = new Map<string, ActionEntry<Services>>();
  const submissions = new Map<string, SubmissionEntry<Services>>();
  for (const subcommand of all) {
    if (subcommand.surfaces?.includes('slack') ?? true) add(subcommands, subcommand.name, subcommand);
    const urgent = subcommand.urgent ?? [];
    for (const [id, run] of Object.entries(subcommand.actions ?? {})) {
      add(actions, id, { subcommand: subcommand.name, urgent: urgent.includes(id), run });
    }
    for (const [id, run] of Object.entries(subcommand.submissions ?? {})) {
      add(submissions, id, { subcommand: subcommand.name, run });
    }
  }
  return {
    names: [...subcommands.keys()],
    subcommand: (name) => subcommands.get(name.toLowerCase()),
    heard: (words) => heardSubcommand(words, [...subcommands.values()]),
    action: (actionId) => actions.get(actionId.replace(/#.*$/s, '')),
    submission: (callbackId) => submissions.get(callbackId),
  };
}

function add<T>(entries: Map<string, T>, id: string, entry: T): void {
  if (entries.has(id)) throw new Error(`Two subcommands claim "${id}". Give one of them another id.`);
  entries.set(id, entry);
}
