import { expect, test } from '@jest/globals';
import type { HostOptions } from '../../src/doctor/examine-host.js';
import { examineMachines } from '../../src/doctor/examine-machines.js';
import type { Target } from '../../src/runbook/targets.js';

const ID = 'a'.repeat(32);

/** Hosts by name, with their address and what they answer. */
const examine = (
  hosts: Readonly<Record<string, readonly [target: string, address: string, id: string | undefined]>>,
) => {
  const names = [...new Set(Object.values(hosts).map(([target]) => target))];
  const targets = names.map((name) => ({
    name,
    hosts: Object.entries(hosts).flatMap(([host, [target, address]]) =>
      target === name ? [{ name: host, connection: { kind: 'ssh', address } }] : [],
    ),
  })) as unknown as readonly Target[];
  const hostOf = ({ name }: { name: string }) => ({
    run: async () => {
      const id = hosts[name]?.[2];
      if (id === undefined) throw new Error('away');
      return { exitCode: 0, stdout: Buffer.from(`${id}\n`), stderr: '' };
    },
  });
  return examineMachines(targets, { hostOf } as unknown as Pick<HostOptions, 'hostOf'>).examine();
};

test('one machine under two names is told of, once a pair; whatever tells nothing is not', async () => {
  const found = await examine({
    l1: ['live', 'live-1.example', ID],
    l2: ['live', 'live-2.example', ID],
    d1: ['dryrun', '10.0.0.1', ID],
    d2: ['dryrun', 'bot@LIVE-1.example', ID],
    p1: ['policy', 'p.example', 'b'.repeat(32)],
    p2: ['policy', 'away.example', undefined],
    p3: ['policy', 'odd.example', 'no id'],
  });
  expect(found.map(({ state, seen }) => [state, seen])).toEqual(
    [
      ['l1 (live)', 'd1 (dryrun)'],
      ['l2 (live)', 'd1 (dryrun)'],
      // By its address d2 is l1: that is seen at load.
      ['l2 (live)', 'd2 (dryrun)'],
    ].map(([one, other]) => ['warning', { code: 'machine_named_twice', facts: { one, other } }]),
  );
});
