import { randomInt, randomUUID } from 'node:crypto';
import type { SlackConfig } from '../config/config.js';
import type { MessageRef } from '../conversation/subcommand.js';
import type { Directory } from '../domain/directory.js';
import type { Logger } from '../telemetry/logger.js';
import type { Clock } from '../time/clock.js';
import { createSlackClients, type SlackClients } from './clients.js';
import { createDirectory } from './identity.js';
import { SlackLiveMessage } from './live-message.js';
import { createPoster, type Poster, type PostTarget } from './poster.js';

/** What the rest of the bot uses of Slack outside a conversation. Makes no call by itself. */
export interface SlackConnection {
  readonly clients: SlackClients;
  readonly directory: Directory;
  readonly poster: Poster;
  /** A queue of its own, for the path of a halt. */
  readonly urgentPoster: Poster;
  /** A message that moves, on that queue, from the first state on; or one that stands already (`ref`), from any replica. */
  urgentMessage(target: PostTarget, ref?: MessageRef): SlackLiveMessage;
}

interface SlackConnectionOptions {
  readonly config: SlackConfig;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Waited for before each post that is not urgent. */
  readonly yieldToHalt?: () => Promise<void>;
}

const atOnce = async (): Promise<void> => undefined;

export function createSlackConnection(options: SlackConnectionOptions): SlackConnection {
  const { config, logger, clock, yieldToHalt = atOnce } = options;
  const clients = createSlackClients(config, logger);
  const posterOver = (client: SlackClients['posting'], wait: () => Promise<void>) =>
    createPoster({ client, clock, logger, newKey: randomUUID, yieldToHalt: wait });
  const poster = posterOver(clients.posting, yieldToHalt);
  const urgentPoster = posterOver(clients.urgent, atOnce);
  return {
    clients,
    directory: createDirectory({ client: clients.lookups, clock, logger }),
    poster,
    urgentPoster,
    urgentMessage: (target, ref) =>
      new SlackLiveMessage({
        poster: urgentPoster,
        clock,
        logger,
        target,
        ...(ref === undefined ? {} : { ref }),
      }),
  };
}

/** Without the letters and digits that are mistaken for each other when read aloud. */
const READABLE = '23456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Six characters that a person can quote. */
export function newReference(): string {
  return Array.from({ length: 6 }, () => READABLE.charAt(randomInt(READABLE.length))).join('');
}
