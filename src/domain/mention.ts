/** Of a user group its id begins with `S`. */
export const isGroup = (id: string): boolean => id.startsWith('S');

/** As Slack notifies a person, or the people of a user group. */
export const mentionOf = (id: string): string => (isGroup(id) ? `<!subteam^${id}>` : `<@${id}>`);
