import { quoteForShell } from '../hosts/shell-quote.js';
import type { Target, TargetHost } from '../runbook/targets.js';

/** What a person types on a host when the bot cannot, ready to paste. */
export interface CommandsByHand {
  readonly stop: string;
  readonly restart: string;
  readonly status: string;
  /** The environment file that is written. */
  readonly file: string;
}
export type ServiceCommandsByHost = ReadonlyMap<string, CommandsByHand>;

export function commandsByHand({ hosts }: Pick<Target, 'hosts'>): ServiceCommandsByHost {
  return new Map(hosts.map((host) => [host.name, commandsOf(host)]));
}

function commandsOf({ service, ssh, writtenEnvironmentFile: file }: TargetHost): CommandsByHand {
  const line = (words: readonly string[]): string => {
    const command = words.map(quoteForShell).join(' ');
    if (ssh === undefined) return command;
    const port = ssh.port === undefined ? '' : `-p ${ssh.port} `;
    return `ssh ${port}${ssh.address} ${quoteForShell(command)}`;
  };
  if (service.manager === 'command') {
    return { stop: line(service.stop), restart: line(service.restart), status: line(service.status), file };
  }
  const { unit, sudo = [], userManager } = service;
  const systemctl = (...words: string[]) =>
    line([...sudo, 'systemctl', ...(userManager ? ['--user'] : []), ...words, unit]);
  return {
    stop: systemctl('stop'),
    restart: systemctl('restart'),
    status: systemctl('show', '-p', 'ActiveState,MainPID'),
    file,
  };
}
