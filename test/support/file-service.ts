import { readFile } from 'node:fs/promises';
import type { CommandRunner } from '../../src/hosts/command-runner.js';
import type { ServiceManager } from '../../src/hosts/host.js';
import type { TargetHost } from '../../src/hosts/kinds/target-host.js';
import { createCommandManager } from '../../src/hosts/managers/command-manager.js';
import { createProcessReader } from '../../src/hosts/managers/process-environment.js';

/**
 * The service of a host whose targets file says `cat FILE` for what is asked and `true` for what is done, without
 * a program started for it: that takes a test process of some hundred megabytes 30 ms of processor time, and some
 * tests look a thousand times. For tests whose subject is not the host.
 */
export function createFileService({ name, service }: TargetHost): ServiceManager {
  if (service.manager !== 'command') throw new Error(`${name} is not driven by commands`);
  const runner = createFileReader(name);
  return createCommandManager(service, { runner, processes: createProcessReader(runner) });
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
