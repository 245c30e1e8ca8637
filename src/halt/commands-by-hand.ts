import type { CommandsByHand, ServiceCommandsByHost } from '../domain/commands-by-hand.js';
import { hostKindOf } from '../hosts/kinds/kind-registry.js';
import type { TargetHost } from '../hosts/kinds/target-host.js';
import { serviceCommandsByHand } from '../hosts/managers/service-managers.js';
import { shellLine } from '../hosts/shell-quote.js';
import type { Target } from '../runbook/targets.js';

export function commandsByHand({ hosts, venue }: Pick<Target, 'hosts' | 'venue'>): ServiceCommandsByHost {
  return new Map(hosts.map((host) => [host.name, commandsOf(host, venue)]));
}

function commandsOf(
  { name, connection, service, writtenEnvironmentFile: file }: TargetHost,
  venue: Target['venue'],
): CommandsByHand {
  const kind = hostKindOf(name, connection);
  const line = (words: readonly string[], isOfService = true) =>
    kind.lineByHand(connection, shellLine(words), isOfService);
  const { stop, restart, status, kill } = serviceCommandsByHand(name, service);
  const driving = {
    stop: line(stop),
    restart: line(restart),
    status: line(status),
    kill: kill && line(kill),
  };
  if (venue?.host !== name) return { ...driving, file };
  const asked = (program?: { readonly command: readonly string[] }) =>
    program && line(program.command, false);
  const { openOrders, cancelOrders, positions, flatten } = venue;
  const atVenue = {
    openOrders: asked(openOrders),
    cancelOrders: asked(cancelOrders),
    positions: asked(positions),
    flatten: asked(flatten),
  };
  return { ...driving, file, venue: atVenue };
}
