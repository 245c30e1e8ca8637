import { hostKindOf } from '../hosts/kinds/host-kinds.js';
import type { TargetHost } from '../hosts/kinds/target-host.js';
import { serviceCommandsByHand } from '../hosts/managers/service-managers.js';
import { quoteForShell } from '../hosts/shell-quote.js';
import type { Target } from '../runbook/targets.js';

/** What a person types on a host when the bot cannot, ready to paste. */
export interface CommandsByHand {
  readonly stop: string;
  readonly restart: string;
  readonly status: string;
  /** Left out: the targets file names none. */
  readonly kill?: string | undefined;
  /** The environment file that is written. */
  readonly file: string;
}
export type ServiceCommandsByHost = ReadonlyMap<string, CommandsByHand>;

export function commandsByHand({ hosts }: Pick<Target, 'hosts'>): ServiceCommandsByHost {
  return new Map(hosts.map((host) => [host.name, commandsOf(host)]));
}

function commandsOf({ name, connection, service, writtenEnvironmentFile: file }: TargetHost): CommandsByHand {
  const kind = hostKindOf(name, connection);
  const line = (words: readonly string[]) => kind.lineByHand(connection, words.map(quoteForShell).join(' '));
  const { stop, restart, status, kill } = serviceCommandsByHand(name, service);
  return { stop: line(stop), restart: line(restart), status: line(status), kill: kill && line(kill), file };
}
