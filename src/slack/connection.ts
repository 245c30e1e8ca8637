import { randomInt, randomUUID } from 'node:crypto';
import type { SlackConfig } from '../config/config.js';
import type { Directory } from '../domain/directory.js';
import type { MessageRef } from '../domain/report.js';
import type { Logger } from '../telemetry/logger.js';
import type { Clock } from '../time/clock.js';
import { createSlackClients, type SlackClients } from './clients.js';
import { createDirectory } from './identity.js';
import { SlackLiveMessage } from './live-message.js';
import { Pace } from './pace.js';
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
  /** Changes of standing messages that are not urgent wait for its end. */
  readonly isHalting?: () => boolean;
}

const atOnce = async (): Promise<void> => undefined;

export function createSlackConnection(options: SlackConnectionOptions): SlackConnection {
  const { config, logger, clock, yieldToHalt = atOnce, isHalting = () => false } = options;
  const clients = createSlackClients(config, logger);
  const pace = new Pace({ clock, isHalting });
  const all = { clock, logger, newKey: randomUUID, pace };
  const poster = createPoster({ ...all, client: clients.posting, yieldToHalt, isUrgent: false });
  const urgentPoster = createPoster({ ...all, client: clients.urgent, yieldToHalt: atOnce, isUrgent: true });
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
