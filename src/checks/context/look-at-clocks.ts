import {
  BOT,
  type ClockReading,
  type NamedClock,
  STATE_DATABASE,
  TRADING_DATABASE,
} from '../../domain/clocks.js';
import { HostError } from '../../hosts/host.js';
import { classifyDatabaseError } from '../../store/database-error.js';
import type { ServerClock, ServerMoment } from '../../store/server-moment.js';
import { readClock } from '../../time/read-clock.js';
import { isTradingFault } from '../../trading/trading-database-error.js';
import { ProbeError } from './observation.js';

interface ClockSources {
  readonly hosts: readonly {
    readonly host: { readonly name: string };
    /** undefined: its clock is the bot's own. @throws HostError */
    clock(): Promise<ClockReading | undefined>;
  }[];
  /** @throws ProbeError, DatabaseFaultError */
  readonly tradingClock: () => Promise<ServerClock>;
  /** Of the bot's own database; undefined: nobody asks it. */
  readonly stateMoment: (() => Promise<ServerMoment>) | undefined;
  readonly now: () => Date;
}

interface SeenClocks {
  readonly clocks: readonly NamedClock[];
  /** Those that could not be read, with the code of the cause. */
  readonly unread: readonly Unread[];
}

interface Unread {
  readonly clock: string;
  readonly code: string;
}

/** Reads every clock at once. One that does not answer is named, and hides no other. */
export async function lookAtClocks(sources: ClockSources): Promise<SeenClocks> {
  const { hosts, tradingClock, stateMoment, now } = sources;
  const reading = [
    read(TRADING_DATABASE, async () => onServer(await tradingClock())),
    ...(stateMoment === undefined
      ? []
      : [read(STATE_DATABASE, async () => onServer(await readClock(stateMoment, () => now().getTime())))]),
    ...hosts.map(({ host, clock }) =>
      read(host.name, async () => ({ machine: host.name, ...((await clock()) ?? BOTS) })),
    ),
  ];
  const seen = await Promise.all(reading);
  const readings = seen.flatMap((one) => ('code' in one ? [] : [one]));
  const here = readings.filter(({ machine }) => machine === BOT).map(({ clock }) => clock);
  const bot = here.length === 0 ? BOT : `${BOT} (${here.join(', ')})`;
  return {
    clocks: [{ clock: bot, ...BOTS }, ...readings.filter(({ machine }) => machine !== BOT)],
    unread: seen.flatMap((one) => ('code' in one ? [one] : [])),
  };
}

const BOTS = { machine: BOT, aheadMs: 0, errorMs: 0 };

const onServer = ({ aheadMs, errorMs, moment }: ServerClock) => ({
  aheadMs,
  errorMs,
  machine: `server ${moment.server}`,
});

async function read(
  clock: string,
  look: () => Promise<Omit<NamedClock, 'clock'>>,
): Promise<NamedClock | Unread> {
  try {
    return { ...(await look()), clock };
  } catch (error) {
    return { clock, code: codeOf(error) };
  }
}

function codeOf(error: unknown): string {
  if (error instanceof ProbeError) return error.reason.code;
  if (error instanceof HostError || isTradingFault(error)) return error.code;
  return classifyDatabaseError(error).code;
}
