import type { PageIncident } from '../slack/protocol.js';
import { startProgram } from './child-program.js';
import { createFeed } from './feed-incidents.js';
import { hostIncidents, type Incident } from './host-incidents.js';
import type { TradingHost } from './trading-host.js';

export interface IncidentsOptions {
  readonly hosts: readonly TradingHost[];
  readonly databaseUrl: string;
  readonly collectorProgram: string;
  readonly feedFaultsPath: string;
}

export interface Incidents {
  list(): PageIncident[];
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
  const entries: { host: string; incident: Incident; active: boolean }[] = [
    ...feed.incidents.map((incident) => ({ host: '', incident, active: false })),
    ...options.hosts.flatMap((host) =>
      hostIncidents(host).map((incident) => ({ host: host.name, incident, active: false })),
    ),
  ];
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
      if (entry.active === active) return;
      entry.active = active;
      await (active ? entry.incident.begin() : entry.incident.end());
    },
    close: feed.close,
  };
}
