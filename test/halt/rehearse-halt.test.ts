import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { expect, test } from '@jest/globals';
import { rehearseHalt } from '../../src/halt/rehearse-halt.js';
import { createHost } from '../../src/hosts/kinds/create-host.js';
import { BARE_CONTRACT } from '../support/strategy-facts.js';

const facts = { strategy: 'toy', agentId: 'toy', envPrefix: 'TOY__', ...BARE_CONTRACT };
const logger = { info: () => {}, warn: () => {}, error: () => {} };
const leftOvers = async () => (await readdir(tmpdir())).filter((name) => name.startsWith('lobml-rehearsal-'));

test('writes the flag, restarts, and sees it in the new process, on both hosts', async () => {
  const before = await leftOvers();
  const restarted: string[] = [];
  const { hosts, entryWatch, verification } = await rehearseHalt({
    facts,
    hostOf: (settings) => {
      const host = createHost(settings);
      const { service } = host;
      const restart: typeof service.restart = (call) => {
        restarted.push(host.name);
        return service.restart(call);
      };
      return Object.assign(host, { service: { ...service, restart } });
    },
    pid: process.pid,
    logger,
  });
  expect(
    hosts.map(({ disk, restart, process, pidBefore, pid }) => [disk, restart, process, pidBefore, pid]),
  ).toEqual([
    ['done', 'done', 'as_wanted', 1, 2],
    ['done', 'done', 'as_wanted', 1, 2],
  ]);
  expect(restarted.sort()).toEqual(['one', 'two']);
  expect(entryWatch.state).toBe('unknown');
  expect(verification).toBeNull();
  expect(await leftOvers()).toEqual(before);
});
