import type { Directory } from '../domain/directory.js';
import { isGroup, mentionOf } from '../domain/mention.js';
import type { Person } from '../domain/person.js';
import type { Targets } from '../runbook/targets.js';

export type Role = 'requester' | 'operator' | 'admin';

type AccessAnswer =
  | { readonly kind: 'allowed' }
  /** `who`: those who may, as Slack mentions. */
  | { readonly kind: 'refused'; readonly who: readonly string[] };

interface AccessQuery {
  /** Asks Slack now, whatever is remembered. */
  readonly fresh?: boolean;
  /**
   * What a silent Slack means. `refuse` (unless told otherwise): an error, nothing is done. `trust_listed`: the
   * targets file alone decides, for what must not wait.
   */
  readonly whenAway?: 'refuse' | 'trust_listed';
}

interface AccessOptions {
  readonly targets: Pick<Targets, 'roles' | 'groups' | 'accounts'>;
  /** undefined in a terminal. */
  readonly directory: Pick<Directory, 'isActiveMember' | 'groupMembers'> | undefined;
}

const ROLE_LISTS = { requester: 'requesters', operator: 'operators', admin: 'admins' } as const;

/**
 * Who may do what: the roles of the targets file. An admin holds every role.
 * An account of a terminal counts as requester and as operator: whoever may log in beside the bot could do the same
 * by hand, and the halt must not depend on Slack. It is never an admin, and it never approves.
 */
export function createAccess({ targets: { roles, groups, accounts }, directory }: AccessOptions) {
  const membersOf = (role: Role): readonly string[] => [
    ...new Set([...roles[ROLE_LISTS[role]], ...(role === 'admin' ? [] : roles.admins)]),
  ];
  /** As Slack mentions. */
  const whoMay = (role: Role): readonly string[] => membersOf(role).map(mentionOf);

  async function isListed(role: Role, id: string, fresh: boolean, trustListed: boolean): Promise<boolean> {
    const members = membersOf(role);
    if (members.includes(id)) return true;
    for (const group of members.filter(isGroup)) {
      const listed = groups.get(group) ?? [];
      const asking = directory?.groupMembers(group, { fresh, listed });
      const ids = await (trustListed
        ? asking?.then((answer) => answer.ids).catch(() => listed)
        : asking?.then((answer) => answer.ids));
      if ((ids ?? listed).includes(id)) return true;
    }
    return false;
  }

  return {
    whoMay,
    /** A member of the workspace, no guest, bot or deactivated account; an account of the terminal counts. @throws UserError `directory_away` */
    isMember: async ({ id, surface }: Person) =>
      surface === 'terminal' || (await directory?.isActiveMember(id)) !== false,
    /** The Slack id of a person; undefined for an account of a terminal that the targets file does not know. */
    slackIdOf: ({ id, surface }: Person) => (surface === 'slack' ? id : accounts.get(id)),
    /** @throws UserError `directory_away` when Slack does not tell, unless the listed people are trusted. */
    async mayAct(
      role: Role,
      person: Person,
      { fresh = false, whenAway = 'refuse' }: AccessQuery = {},
    ): Promise<AccessAnswer> {
      const refusal: AccessAnswer = { kind: 'refused', who: whoMay(role) };
      if (person.surface === 'terminal') return role === 'admin' ? refusal : { kind: 'allowed' };
      const trustListed = whenAway === 'trust_listed';
      const [listed, active] = await Promise.all([
        isListed(role, person.id, fresh, trustListed),
        trustListed
          ? directory?.isActiveMember(person.id, { fresh }).catch(() => true)
          : directory?.isActiveMember(person.id, { fresh }),
      ]);
      return listed && (active ?? true) ? { kind: 'allowed' } : refusal;
    },
  };
}

export type Access = ReturnType<typeof createAccess>;
