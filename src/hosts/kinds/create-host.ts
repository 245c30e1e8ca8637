import { dirname } from 'node:path';
import type { CommandRunner } from '../command-runner.js';
import type { Host } from '../host.js';
import type { HostRequirements, Reach } from '../host-kind.js';
import { createServiceManager } from '../managers/service-managers.js';
import { hostKindOf } from './kind-registry.js';
import type { TargetHost } from './target-host.js';

/** The host that a targets file describes. Only its own folders can be read or written through it. */
export function createHost(settings: TargetHost, requirements: HostRequirements = {}): Host {
  const { name, connection, service } = settings;
  return hostKindOf(name, connection).create(connection, {
    ...reachOf(name, requirements),
    folders: foldersOf(settings, requirements.files ?? []),
    createService: (runner, processes) => createServiceManager(service, { runner, processes }),
  });
}

/** Runs commands on a host, with the rights that are for its files. */
export function connectToHost(
  { name, connection }: Pick<TargetHost, 'name' | 'connection'>,
  requirements: Omit<HostRequirements, 'files'>,
): CommandRunner {
  return hostKindOf(name, connection).connect(connection, reachOf(name, requirements));
}

function reachOf(name: string, { ssh, session, yieldToHalt }: Omit<HostRequirements, 'files'>): Reach {
  return {
    name,
    ssh,
    session,
    yielding(runner) {
      if (yieldToHalt === undefined) return runner;
      return {
        ...runner,
        async run(command, options) {
          await yieldToHalt();
          return runner.run(command, options);
        },
      };
    },
  };
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
