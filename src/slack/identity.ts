import { UserError } from '../conversation/errors.js';
import type { Directory, GroupMembers, GroupQuery, SlackPerson } from '../domain/directory.js';
import type { Logger } from '../telemetry/logger.js';
import type { Clock } from '../time/clock.js';
import type { SlackClients } from './clients.js';
import { classifyFailure } from './failure.js';

/** The Web API methods that the directory needs. */
interface DirectoryClient {
  readonly auth: Pick<SlackClients['lookups']['auth'], 'test'>;
  readonly users: Pick<SlackClients['lookups']['users'], 'info'>;
  readonly usergroups: { readonly users: Pick<SlackClients['lookups']['usergroups']['users'], 'list'> };
}

/** Slack allows 20 calls a minute of usergroups.*. */
const GROUP_TTL_MS = 30_000;
const PERSON_TTL_MS = 5 * 60_000;
/** Clicks of the same moment share one question, also where a fresh answer is asked for. */
const SAME_MOMENT_MS = 2_000;

interface DirectoryOptions {
  readonly client: DirectoryClient;
  readonly clock: Clock;
  readonly logger: Logger;
}

export function createDirectory({ client, clock, logger }: DirectoryOptions): Directory {
  const people = new Remembered<SlackPerson>(clock, PERSON_TTL_MS);
  const groups = new Remembered<readonly string[]>(clock, GROUP_TTL_MS);
  // A token is of one workspace for as long as it lives.
  const ownTeam = new Remembered<string>(clock, Number.POSITIVE_INFINITY);

  async function person(id: string, maxAgeMs = PERSON_TTL_MS): Promise<SlackPerson> {
    try {
      return await people.get(id, () => askMember(id), maxAgeMs);
    } catch (error) {
      logger.warn({ err: error, user: id }, 'users.info failed');
      throw new UserError('directory_away', {}, { cause: error });
    }
  }

  async function askMember(id: string): Promise<SlackPerson> {
    const [{ teams, ...found }, team] = await Promise.all([
      askPerson(client, id),
      ownTeam.get('', () => askTeam(client)),
    ]);
    return { ...found, isActiveMember: found.isActiveMember && teams.includes(team) };
  }

  async function groupMembers(groupId: string, query: GroupQuery = {}): Promise<GroupMembers> {
    try {
      const maxAgeMs = query.fresh ? SAME_MOMENT_MS : GROUP_TTL_MS;
      const ids = await groups.get(groupId, () => askGroup(client, groupId), maxAgeMs);
      return { ids, source: 'slack' };
    } catch (error) {
      logger.warn({ err: error, group: groupId }, 'usergroups.users.list failed');
      const isRefused = classifyFailure(error).kind === 'refused';
      if (!isRefused || query.listed === undefined || query.listed.length === 0) {
        throw new UserError('directory_away', {}, { cause: error });
      }
      return { ids: query.listed, source: 'listed' };
    }
  }

  return {
    person: (id) => person(id),
    groupMembers,
    isActiveMember: async (id, { fresh = false } = {}) =>
      (await person(id, fresh ? SAME_MOMENT_MS : PERSON_TTL_MS)).isActiveMember,
  };
}

/** The workspace that the bot is installed in. */
async function askTeam(client: DirectoryClient): Promise<string> {
  const { team_id: team } = await client.auth.test();
  if (team === undefined) throw new Error('auth.test names no workspace');
  return team;
}

/** @returns `teams`: the workspaces that the person belongs to; a channel may be shared with others. */
async function askPerson(
  client: DirectoryClient,
  id: string,
): Promise<SlackPerson & { readonly teams: readonly string[] }> {
  const { user } = await client.users.info({ user: id, include_locale: true }).catch((error: unknown) => {
    const failure = classifyFailure(error);
    if (failure.kind === 'refused' && failure.code === 'user_not_found') return { user: undefined };
    throw error;
  });
  if (user === undefined) return { id, name: id, locale: undefined, isActiveMember: false, teams: [] };
  const isGuest = user.is_restricted || user.is_ultra_restricted || user.is_stranger;
  return {
    id,
    name: user.profile?.display_name || user.real_name || user.name || id,
    locale: user.locale,
    isActiveMember: !user.is_bot && !user.deleted && !isGuest,
    // In an organisation of several workspaces (Enterprise Grid) `team_id` may be the organisation's.
    teams: [...(user.team_id === undefined ? [] : [user.team_id]), ...(user.enterprise_user?.teams ?? [])],
  };
}

async function askGroup(client: DirectoryClient, groupId: string): Promise<readonly string[]> {
  const { users } = await client.usergroups.users.list({ usergroup: groupId });
  return users ?? [];
}

/** Answers that stay good for a time. Askers at the same moment share one question; a failure is not kept. */
class Remembered<T> {
  readonly #clock: Clock;
  readonly #ttlMs: number;
  readonly #answers = new Map<string, { readonly askedAt: number; readonly answer: Promise<T> }>();

  constructor(clock: Clock, ttlMs: number) {
    this.#clock = clock;
    this.#ttlMs = ttlMs;
  }

  get(key: string, ask: () => Promise<T>, maxAgeMs = this.#ttlMs): Promise<T> {
    const known = this.#answers.get(key);
    const now = this.#clock.now();
    if (known && now - known.askedAt < maxAgeMs) return known.answer;
    const answer = ask();
    this.#answers.set(key, { askedAt: now, answer });
    answer.catch(() => {
      if (this.#answers.get(key)?.answer === answer) this.#answers.delete(key);
    });
    return answer;
  }
}
