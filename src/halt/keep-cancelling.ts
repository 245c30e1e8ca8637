import type { Halt } from '../domain/halt.js';
import type { Logger } from '../telemetry/logger.js';
import type { Clock } from '../time/clock.js';
import type { LiveHalt } from './live-halt.js';

export interface CancellingOptions {
  /** Stops the target's running release and closes its requests; null: it cannot, and need not be asked again. */
  readonly cancelReleases?: ((halt: Halt) => Promise<Halt['cancelled']>) | undefined;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
}

/** How long releases are left alone that could not be cancelled. */
const CANCEL_AGAIN_MS = 2_000;

/** Until it is stored, also after the halt has ended: a deploy must not go on when the database is back. */
export async function keepCancelling(live: LiveHalt, options: CancellingOptions): Promise<void> {
  const { cancelReleases = async () => null, clock, logger } = options;
  while (!live.isElsewhere) {
    try {
      const cancelled = await cancelReleases(live.halt);
      if (cancelled !== null) live.change({ cancelled, cancelAway: false });
      return;
    } catch (error) {
      logger.warn({ err: error }, 'releases could not be cancelled yet: the database of the bot is away');
    }
    if (!live.halt.cancelAway) live.change({ cancelAway: true });
    await clock.sleep(CANCEL_AGAIN_MS);
  }
}
