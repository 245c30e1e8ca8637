import { startProgram } from './child-program.js';
import { createFeed } from './feed-incidents.js';
import { hostIncidents } from './host-incidents.js';
import type { Incident, ListedIncident } from './incident.js';
import { targetIncidents } from './order-incidents.js';
import { pastDays } from './past-incident.js';
import { createRecentOrders } from './recent-orders.js';
import type { TradingHost } from './service-commands.js';
import { AGENT_ID } from './trading-data/strategy.js';
import { venueIncidents } from './venue-incidents.js';

export interface IncidentsOptions {
  readonly hosts: readonly TradingHost[];
  readonly databaseUrl: string;
  readonly collectorProgram: string;
  readonly feedFaultsPath: string;
}

export interface Incidents {
  list(): ListedIncident[];
  set(id: string, host: string, active: boolean): Promise<void>;
  close(): Promise<void>;
}

/** Starts the feed, and keeps which incidents are on. */
export function createIncidents(options: IncidentsOptions): Incidents {
  const feed = createFeed({
    databaseUrl: options.databaseUrl,
    faultsPath: options.feedFaultsPath,
    startCollector: () =>
      startProgram(options.collectorProgram, [], {
        DATABASE_URL: options.databaseUrl,
        PLOY_SANDBOX_FAULTS: options.feedFaultsPath,
      }),
  });
  const orders = createRecentOrders(options.databaseUrl);
  // The gate and the metadata that these falsify are the first strategy's.
  const gated = options.hosts.filter(({ strategy }) => strategy.name === AGENT_ID);
  const targets = [...new Set(gated.map(({ workload }) => workload))];
  const entriesOf = (host: string, incidents: readonly Incident[]) =>
    incidents.map((incident) => ({ host, incident, active: false }));
  const entries = [
    ...entriesOf('', [...feed.incidents, pastDays(options.databaseUrl)]),
    ...targets.flatMap((target) => {
      const hosts = gated.filter(({ workload }) => workload === target);
      return entriesOf(target, [
        ...targetIncidents(target, hosts, orders),
        ...venueIncidents(target, options.databaseUrl),
      ]);
    }),
    ...options.hosts.flatMap((host) => entriesOf(host.name, hostIncidents(host, orders))),
  ];
  type Entry = (typeof entries)[number];

  async function change(entry: Entry, active: boolean): Promise<void> {
    if (entry.active === active) return;
    if (active) await beginOrUndo(entry.incident);
    else await entry.incident.end();
    entry.active = active;
  }

  // One at a time: two that change the same file or table would lose one of them.
  let last: Promise<void> = Promise.resolve();
  return {
    list: () =>
      entries.map(({ host, incident: { id, title, description }, active }) => ({
        id,
        title,
        description,
        active,
        host,
      })),
    async set(id, host, active) {
      const entry = entries.find((known) => known.incident.id === id && known.host === host);
      if (entry === undefined) throw new Error(`There is no incident ${id} for ${host || 'the feed'}.`);
      const turn = last.then(() => change(entry, active));
      last = turn.catch(() => undefined);
      await turn;
    },
    close: feed.close,
  };
}

/** An incident that could not begin leaves nothing half done. @throws what it could not begin for. */
async function beginOrUndo(incident: Incident): Promise<void> {
  try {
    await incident.begin();
  } catch (error) {
    await Promise.resolve(incident.end()).catch(() => undefined);
    throw error;
  }
}
