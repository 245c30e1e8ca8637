import { UserError } from '../conversation/errors.js';
import type { Directory } from '../domain/directory.js';
import type { Standing } from '../domain/quorum.js';
import type { ApprovalPolicy } from '../domain/target-policy.js';
import type { Targets } from '../runbook/targets.js';

interface ApproversOptions {
  readonly targets: Pick<Targets, 'groups'>;
  /** undefined in a terminal, where nobody approves. */
  readonly directory: Pick<Directory, 'isActiveMember' | 'groupMembers'> | undefined;
  readonly now: () => Date;
}

/** Clicks of the same moment share one question: Slack allows 20 of them a minute. */
const SAME_MOMENT_MS = 2_000;

/** Who people are with regard to a target's policy, at this moment. */
export function createApprovers({ targets, directory, now }: ApproversOptions) {
  const asked = new Map<string, { readonly at: number; readonly members: Promise<readonly string[]> }>();

  function membersOf(group: string): Promise<readonly string[]> {
    const at = now().getTime();
    const known = asked.get(group);
    if (known !== undefined && at - known.at < SAME_MOMENT_MS) return known.members;
    const members = askDirectory(group);
    asked.set(group, { at, members });
    members.catch(() => asked.delete(group));
    return members;
  }

  async function askDirectory(group: string): Promise<readonly string[]> {
    const listed = targets.groups.get(group) ?? [];
    return (await requireDirectory(directory).groupMembers(group, { fresh: true, listed })).ids;
  }

  return {
    /** @throws UserError `directory_away` when Slack does not tell: who cannot be looked up counts as nobody. */
    async standings(
      policy: Pick<ApprovalPolicy, 'groups' | 'users'>,
      people: readonly string[],
    ): Promise<readonly Standing[]> {
      if (people.length === 0) return [];
      const members = await Promise.all(
        policy.groups.map(async (group) => [group, await membersOf(group)] as const),
      );
      return Promise.all(
        people.map(async (personId) => ({
          personId,
          isActiveMember: await requireDirectory(directory).isActiveMember(personId, { fresh: true }),
          groups: members.filter(([, ids]) => ids.includes(personId)).map(([group]) => group),
          isListed: policy.users.includes(personId),
        })),
      );
    },
  };
}

export type Approvers = ReturnType<typeof createApprovers>;

function requireDirectory(directory: ApproversOptions['directory']) {
  if (directory !== undefined) return directory;
  throw new UserError('directory_away_in_terminal', {});
}
