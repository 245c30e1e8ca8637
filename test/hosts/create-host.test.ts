import { expect, test } from '@jest/globals';
import { HostError } from '../../src/hosts/host.js';
import { connectToHost, createHost } from '../../src/hosts/kinds/create-host.js';
import type { TargetHost } from '../../src/hosts/kinds/target-host.js';

const say = (text: string) => ['echo', text];

const localSettings = (): TargetHost => ({
  name: 'live-1',
  connection: { kind: 'local' },
  service: {
    manager: 'command',
    status: say('ActiveState=active\nMainPID=7\nNRestarts=0'),
    restart: say(''),
    stop: say(''),
    logs: say(''),
    environ: undefined,
    restartSecs: 1,
  },
  environmentFiles: [],
  writtenEnvironmentFile: '/nowhere/.env',
  models: undefined,
  binary: undefined,
});

test('a host that yields to a halt starts no program before its turn', async () => {
  const order: string[] = [];
  let take = () => {};
  const turn = new Promise<void>((resolve) => {
    take = resolve;
  });
  const host = createHost(localSettings(), {
    yieldToHalt: async () => {
      order.push('asked');
      await turn;
      order.push('turn');
    },
  });
  const answer = host.service.status();
  expect(order).toEqual(['asked']);
  take();
  expect((await answer).mainPid).toBe(7);
  expect(order).toEqual(['asked', 'turn']);
});

test('a kind of host that nobody knows is refused: it never becomes this machine', () => {
  const settings = localSettings();
  const unknown = JSON.parse(JSON.stringify({ ...settings, connection: { kind: 'pod', name: 'ploy-0' } }));
  expect(() => createHost(unknown)).toThrow(/live-1: .*\bpod/);
  expect(() => connectToHost(unknown, {})).toThrow(/live-1: .*\bpod/);
  const { connection: _, ...without } = settings;
  expect(() => createHost(JSON.parse(JSON.stringify(without)))).toThrow(HostError);
});
