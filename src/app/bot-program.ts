import type { BotConfig } from '../config/config.js';
import type { Subcommand } from '../conversation/subcommand.js';
import type { Halt } from '../domain/halt.js';
import type { HaltAllReportOptions, HaltOfAll, HaltReportOptions } from '../domain/halt-report.js';
import type { Locale } from '../domain/localized.js';
import type { PostedHead } from '../domain/posted-head.js';
import type { Block, Report } from '../domain/report.js';
import type { Say } from '../domain/sentence.js';
import type { UnknownSubcommand } from '../domain/unknown-subcommand.js';
import type { HaltYielding } from '../halt/halt-yielding.js';
import type { HomeVisit } from '../slack/app.js';
import type { SlackConnection } from '../slack/connection.js';
import type { State } from '../store/open-state.js';
import type { Logger } from '../telemetry/logger.js';
import type { Clock } from '../time/clock.js';
import type { Configuration } from './load-configuration.js';
import type { MessageViews } from './message-table.js';
import type { Services } from './services.js';

export interface BotProgram {
  readonly subcommands: readonly Subcommand<Services>[];
  readonly say: Say;
  readonly unknown: (unknown: UnknownSubcommand, locale: Locale) => Report;
  readonly home: (
    visit: Pick<HomeVisit, 'person' | 'locale'>,
    strategies: readonly Services[],
  ) => Promise<readonly Block[]>;
  readonly messageViews: MessageViews;
  readonly haltReport: (halt: Halt, options: HaltReportOptions) => Report;
  /** Several halts in one message. */
  /** The head of the audit trail, as a channel is told it. */
  readonly auditHead: (head: PostedHead, locale: Locale) => Report;
  readonly haltAllReport: (halts: readonly HaltOfAll[], options: HaltAllReportOptions) => Report;
}

/** What the parts of a bot are put together from. */
export interface BotParts {
  readonly program: BotProgram;
  readonly configuration: Configuration<BotConfig>;
  readonly connection: SlackConnection;
  readonly state: State;
  readonly yielding: HaltYielding;
  readonly clock: Clock;
  readonly logger: Logger;
}
