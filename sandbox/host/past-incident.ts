import type { Incident } from './incident.js';
import { inSession } from './incident-session.js';
import { pastIncidents, removePastDays, writePastDays } from './trading-data/past-days.js';
import { seededStrategy } from './trading-data/seed.js';
import { FIRST_MODEL_VERSION } from './trading-data/strategy.js';

/** What a back-test can look back at: a month before the demo, with incidents that are known. */
export function pastDays(databaseUrl: string): Incident {
  let present: Awaited<ReturnType<typeof writePastDays>> | undefined;
  const now = new Date();
  return {
    id: 'past_days',
    title: '30 days of history',
    description: describe(now),
    async begin() {
      const strategy = seededStrategy(FIRST_MODEL_VERSION, 'live-1');
      present = await inSession(databaseUrl, (client) => writePastDays(client, { now, strategy }));
    },
    async end() {
      const before = present;
      if (before === undefined) return;
      await inSession(databaseUrl, (client) => removePastDays(client, before));
      present = undefined;
    },
  };
}

function describe(now: Date): string {
  const { deadSymbol, blockStorm, wrongWeights, noEntries } = pastIncidents(now);
  const day = (at: Date) => at.toISOString().slice(5, 10);
  const time = (at: Date) => at.toISOString().slice(11, 16);
  return [
    'Writes the month before, then /lobml backtest. It holds, in UTC:',
    `no SOLUSDT for 40 minutes (${day(deadSymbol.from)} ${time(deadSymbol.from)}),`,
    `a block storm (${day(blockStorm.from)} ${time(blockStorm.from)}),`,
    `a day of wrong weights (${day(wrongWeights.from)}),`,
    `a weekend without entries (from ${day(noEntries.from)}).`,
    'Of the feed it has the minutes before each full hour. Takes a minute or two.',
  ].join(' ');
}
