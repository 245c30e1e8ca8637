import { type Config, loadConfig, readEnvironment } from '../config/config.js';
import type { KillSwitch } from '../halt/kill-switch.js';
import type { Logger } from '../telemetry/logger.js';
import { type Clock, withTimeout } from '../time/clock.js';
import { openTerminalKillSwitch } from './terminal-kill-switch.js';

/** How long a halt that was cut short waits for the bot's database. */
const OPEN_TIMEOUT_MS = 2_000;

interface OpeningOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * What a bot needs before it can go on with anything, `opening`, may take long, or fail: then what a killed bot has
 * left half done on this machine is finished first, from the disk and the hosts alone.
 * @throws what `opening` throws
 */
export async function openOrFinishHalts<T>(
  opening: Promise<T>,
  { config, clock, logger }: OpeningOptions,
): Promise<T> {
  const isOpen = opening.then(
    () => true,
    () => false,
  );
  if ((await withTimeout(clock, OPEN_TIMEOUT_MS, isOpen)) !== true) await finishOpenHalts(config, logger);
  return opening;
}

/**
 * A bot that cannot be put together, whatever is thrown on the way, ends only when no halt is left half done.
 * @param starting may hand over the kill switch that goes on with halts already
 * @throws what `starting` throws
 */
export async function startOrFinishHalts<T>(
  starting: (goesOn: (halts: HaltsGoingOn) => void) => Promise<T>,
  { config, logger }: Pick<OpeningOptions, 'config' | 'logger'>,
): Promise<T> {
  let goingOn: HaltsGoingOn | undefined;
  try {
    return await starting((halts) => {
      goingOn = halts;
    });
  } catch (error) {
    await finish().catch((fault: unknown) =>
      logger.warn({ err: fault }, 'whether a halt was cut short could not be seen'),
    );
    throw error;
  }

  async function finish(): Promise<void> {
    goingOn?.takeNoMore();
    const here = goingOn?.targets.map((target) => goingOn?.killSwitch.running(target)?.done);
    await Promise.all(here ?? []);
    await finishOpenHalts(config, logger);
  }
}

export interface HaltsGoingOn {
  readonly killSwitch: Pick<KillSwitch, 'running'>;
  readonly targets: readonly string[];
  readonly takeNoMore: () => void;
}

/** For a bot that refuses to start: what is wrong with its files need not be wrong with those that a halt reads. */
export async function finishHaltsWithoutConfiguration(logger: Logger): Promise<void> {
  try {
    await finishOpenHalts(loadConfig(readEnvironment(), { role: 'kill_switch' }), logger);
  } catch (error) {
    logger.warn({ err: error }, 'whether a halt was cut short could not be seen');
  }
}

async function finishOpenHalts(config: Config, logger: Logger): Promise<void> {
  const { strategies, close } = await openTerminalKillSwitch(config, logger);
  try {
    const handles = await Promise.all(
      strategies.map(({ killSwitch, targets }) => killSwitch.resume(targets.targets)),
    );
    await Promise.all(handles.flat().map(({ done }) => done));
  } finally {
    await close();
  }
}
