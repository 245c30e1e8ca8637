import { readFile } from 'node:fs/promises';
import { createCommandManager } from '../../src/hosts/command-manager.js';
import type { CommandRunner } from '../../src/hosts/command-runner.js';
import type { ServiceManager } from '../../src/hosts/host.js';
import type { TargetHost } from '../../src/runbook/targets.js';

/**
 * The service of a host whose targets file says `cat FILE` for what is asked and `true` for what is done, without
 * a program started for it: that takes a test process of some hundred megabytes 30 ms of processor time, and some
 * tests look a thousand times. For tests whose subject is not the host.
 */
export function createFileService({ name, service }: TargetHost): ServiceManager {
  if (service.manager !== 'command') throw new Error(`${name} is not driven by commands`);
  const { status, restart, stop, logs, environ } = service;
  return createCommandManager({
    runner: createFileReader(name),
    commands: { status, restart, stop, logs, ...(environ === undefined ? {} : { environ }) },
  });
}

function createFileReader(host: string): CommandRunner {
  const nothing = { exitCode: 0, stdout: Buffer.alloc(0), stderr: '' };
  return {
    host,
    async run([program, path = '', ...more]) {
      if (program === 'true') return nothing;
      if (program !== 'cat' || more.length > 0) throw new Error(`only \`cat FILE\` is read, not ${program}`);
      return readFile(path).then(
        (stdout) => ({ ...nothing, stdout }),
        (error: Error) => ({ ...nothing, exitCode: 1, stderr: `cat: ${error.message}` }),
      );
    },
  };
}
