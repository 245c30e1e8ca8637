import type { HaltAnnouncer } from '../halt/announce-halt.js';
import { createHaltAnnouncer } from '../halt/announce-halt.js';
import { createKnownGroups } from '../halt/known-groups.js';
import { SlackOperatorGate } from '../halt/operator-gate.js';
import { postLive } from '../slack/conversation.js';
import { isPlaceRefusal } from '../slack/failure.js';
import { SlackLiveMessage } from '../slack/live-message.js';
import { withTimeout } from '../time/clock.js';
import type { BotParts } from './bot-program.js';
import type { Composition } from './compose.js';
import { compose } from './compose.js';

/** What is told of a halt waits that long for its acts: whoever makes sentences takes the thread from them. */
const BEGIN_TIMEOUT_MS = 300;

interface ComposedBot extends Composition {
  readonly announcer: HaltAnnouncer;
  /** Told of each change that a Home shows. A halt may go on before there is a Home. */
  readonly homeChanges: Set<() => void>;
  readonly homeChanged: () => void;
  /** Groups are asked for no more ahead of a click. */
  endWarming(): void;
}

/** The use cases of a bot: those of a terminal, with Slack. */
export function composeBot(parts: BotParts): ComposedBot {
  const { program, configuration, connection, state, yielding, clock, logger } = parts;
  const { config } = configuration;
  const { poster, directory } = connection;
  const warm = new AbortController();
  const homeChanges = new Set<() => void>();
  const homeChanged = () => {
    for (const change of homeChanges) change();
  };
  const composition = compose({
    configuration,
    logger,
    state: async () => state,
    isApart: true,
    yielding,
    directory,
    slack: {
      changeMessage: (ref, report) =>
        new SlackLiveMessage({ poster, clock, logger, target: { channel: ref.channel }, ref }).finish(report),
      postIn: (channel, report) => postLive({ poster, clock, logger }, { channel }, report),
      homeChanged,
      announceHalt: (handle, channel, direct) => announcer.announce(handle, channel, direct),
      announceAllHalts: (handles, channel, direct) => announcer.announceAll(handles, channel, direct),
      refreshHalt: (record) => announcer.refresh(record),
    },
    operators: (targets) =>
      new SlackOperatorGate({
        targets,
        askGroup: async (group) => (await directory.groupMembers(group, { fresh: true })).ids,
        clock,
        known: createKnownGroups(config.dataDir),
        warmUntil: warm.signal,
      }),
  });
  const { services } = composition;
  const targets = composition.strategies.flatMap((one) => [...one.services.targets.targets]);
  const announcer = createHaltAnnouncer({
    targets: new Map(targets),
    view: (halt, options) => program.haltReport(halt, { locale: config.locale, ...options }),
    viewAll: (halts, options) => program.haltAllReport(halts, { locale: config.locale, ...options }),
    load: (haltId) => services.killSwitch.known(haltId),
    operators: services.operators.who,
    open: (channel, ref, threadTs, spare) => connection.urgentMessage({ channel, threadTs, spare }, ref),
    find: (channel, key, sinceMs, threadTs) =>
      connection.urgentPoster.find({ channel, threadTs }, key, sinceMs),
    yieldToHalt: () => withTimeout(clock, BEGIN_TIMEOUT_MS, yielding.yieldToHalt()),
    isRefused: isPlaceRefusal,
    onChange: homeChanged,
    clock,
    logger,
  });
  return { ...composition, announcer, homeChanges, homeChanged, endWarming: () => warm.abort() };
}
