import { setTimeout as sleep } from 'node:timers/promises';
import { controlHost } from './control-host.js';
import { type HostFault, readFaults, writeFault } from './faults.js';
import type { Incident } from './incident.js';
import type { RecentOrders } from './recent-orders.js';
import type { TradingHost } from './service-commands.js';
import { accountOf } from './trading-data/strategy.js';

type Text = Pick<Incident, 'title' | 'description'>;

/** The window of the checks at most. */
const LOOK_BACK_MS = 30 * 60_000;
/** A cycle that began before the change has ended by then. */
const TRADER_NOTICES_MS = 500;
/** The strategy asks for an entry every few seconds; some are blocked. */
const FIRST_ENTRY_MS = 15_000;
const POLL_MS = 250;

/** Entries that tell wrongly, or not at all, how they were decided. */
export function metadataIncidents(host: TradingHost, orders: RecentOrders): Incident[] {
  const incident = (fault: HostFault, text: Text): Incident => ({
    id: fault,
    ...text,
    async begin() {
      const since = await startOf(host);
      writeFault(host.faultsPath, fault, true);
      const deadline = performance.now() + FIRST_ENTRY_MS;
      const falsifyLast = () => orders.falsifyLast(host.name, since, readFaults(host.faultsPath));
      while ((await falsifyLast()) === 0 && performance.now() < deadline) await sleep(POLL_MS);
    },
    async end() {
      writeFault(host.faultsPath, fault, false);
      await sleep(TRADER_NOTICES_MS);
      await orders.restore(host.name, readFaults(host.faultsPath));
    },
  });
  return [
    incident('metadata_missing', {
      title: 'Missing metadata',
      description: 'Entries leave out the model type, its version and the blend weights.',
    }),
    incident('wrong_weights', {
      title: 'Wrong blend weights',
      description: 'Entries are decided 0.60 / 0.40, whatever the configuration says.',
    }),
    incident('old_model_version', {
      title: 'Old model version in orders',
      description: 'Entries carry the version before the configured one.',
    }),
  ];
}

/** What a whole target does, on each of its hosts: one that goes on as before would hide it. */
export function targetIncidents(
  target: string,
  hosts: readonly TradingHost[],
  orders: RecentOrders,
): Incident[] {
  const accountId = accountOf(target);
  const write = async (fault: HostFault, active: boolean): Promise<void> => {
    for (const host of hosts) writeFault(host.faultsPath, fault, active);
    await sleep(TRADER_NOTICES_MS);
  };
  const since = async () => {
    const starts = await Promise.all(hosts.map(startOf));
    return new Date(Math.max(Date.now() - LOOK_BACK_MS, ...starts.map((at) => at.getTime())));
  };
  let ungatedSince = new Date();
  return [
    {
      id: 'block_storm',
      title: 'Block storm',
      description: 'The risk gate has been blocking 9 of 10 intents since the service started.',
      async begin() {
        await write('block_storm', true);
        await orders.block(accountId, await since());
      },
      async end() {
        await write('block_storm', false);
        await orders.unblock(accountId);
      },
    },
    {
      id: 'no_entries',
      title: 'No entries',
      description: 'The processes run, and have asked for no entry since they started.',
      async begin() {
        await write('no_entries', true);
        await orders.silence(accountId, await since());
      },
      async end() {
        await write('no_entries', false);
        await orders.unsilence(accountId);
      },
    },
    {
      id: 'no_decisions',
      title: 'Orders around the risk gate',
      description: 'Orders go on, and no risk decision has been recorded since the processes started.',
      async begin() {
        await write('no_decisions', true);
        ungatedSince = await since();
        await orders.ungate(accountId, ungatedSince);
      },
      async end() {
        await write('no_decisions', false);
        await orders.regate(accountId, ungatedSince);
      },
    },
  ];
}

/** When the present process was started; a host without one has a window of the full length. */
async function startOf(host: TradingHost): Promise<Date> {
  const status = await controlHost(host.service.status);
  const at = Date.parse(/^ActiveEnterTimestamp=\w+ (.+)$/m.exec(status)?.[1] ?? '');
  return new Date(Number.isNaN(at) ? Date.now() - LOOK_BACK_MS : at);
}
