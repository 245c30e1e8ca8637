import { mentionOf } from '../src/domain/mention.js';
import type { ApprovalPolicy } from '../src/domain/target-policy.js';

/** Groups and people, so that a new message notifies them. */
export const mentions = (groups: readonly string[], users: readonly string[]): string =>
  [...groups, ...users].map(mentionOf).join(' ');

/** Everybody who may approve, but the one who asked. @param asker their Slack id */
export const mentionApprovers = (
  { groups, users }: Pick<ApprovalPolicy, 'groups' | 'users'>,
  asker: string | null,
): string =>
  mentions(
    groups,
    users.filter((id) => id !== asker),
  );
