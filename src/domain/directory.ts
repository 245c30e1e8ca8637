/** Who people are. */
export interface Directory {
  /** @throws UserError `directory_away` when Slack does not tell. */
  person(id: string): Promise<SlackPerson>;
  /** @throws UserError `directory_away`: who cannot be looked up counts as nobody. */
  isActiveMember(id: string, query?: Pick<GroupQuery, 'fresh'>): Promise<boolean>;
  /** @throws UserError `directory_away` when Slack does not tell and no ids are listed. */
  groupMembers(groupId: string, query?: GroupQuery): Promise<GroupMembers>;
}

export interface SlackPerson {
  readonly id: string;
  readonly name: string;
  /** As Slack has it, e.g. `zh-CN`; undefined: not told. */
  readonly locale: string | undefined;
  /** A person of this workspace and no other: no bot, no guest, not deactivated. */
  readonly isActiveMember: boolean;
}

export interface GroupMembers {
  readonly ids: readonly string[];
  /** `listed`: Slack refuses to name its members (no such group, no paid plan), and the configured ids stand in. */
  readonly source: 'slack' | 'listed';
}

export interface GroupQuery {
  /** Asks Slack now, whatever is remembered: before something is executed. */
  readonly fresh?: boolean;
  /**
   * Ids that stand in where Slack has no such group, or keeps none (they need a paid plan). Not where it is silent:
   * then somebody may just have been taken out of the group.
   */
  readonly listed?: readonly string[];
}
