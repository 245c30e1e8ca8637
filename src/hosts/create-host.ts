import { dirname } from 'node:path';
import type { TargetHost } from '../runbook/targets.js';
import { createCommandManager } from './command-manager.js';
import type { CommandRunner } from './command-runner.js';
import type { Host, ServiceManager } from './host.js';
import { createLocalCommandRunner } from './local-command-runner.js';
import { createLocalHost } from './local-host.js';
import { createSystemdManager } from './systemd-manager.js';

export interface HostRequirements {
  /** Further files that may be looked at, e.g. those that checks of the runbook name. */
  readonly files?: readonly string[];
}

/** The host that a targets file describes. Only its own folders can be read or written through it. */
export function createHost(settings: TargetHost, { files = [] }: HostRequirements = {}): Host {
  const runner = createLocalCommandRunner({ host: settings.name });
  const service = createServiceManager(settings, runner);
  return createLocalHost({ name: settings.name, service, folders: foldersOf(settings, files), runner });
}

function createServiceManager({ service }: TargetHost, runner: CommandRunner): ServiceManager {
  if (service.manager === 'systemd') {
    const { unit, sudo, userManager: user } = service;
    return createSystemdManager({ runner, unit, user, ...(sudo === undefined ? {} : { sudo }) });
  }
  const { status, restart, stop, logs, environ } = service;
  const commands = { status, restart, stop, logs, ...(environ === undefined ? {} : { environ }) };
  return createCommandManager({ runner, commands });
}

function foldersOf(settings: TargetHost, files: readonly string[]): readonly string[] {
  const { environmentFiles, models, binary } = settings;
  const paths = [
    ...environmentFiles.map(({ path }) => path),
    ...(binary === undefined ? [] : [binary]),
    ...files,
  ];
  return [...new Set([...paths.map((path) => dirname(path)), ...(models === undefined ? [] : [models])])];
}
