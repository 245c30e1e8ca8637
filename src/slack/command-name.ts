/** The slash command, as in the app's manifest. */
export const COMMAND = '/lobml';
