import { expect, test } from '@jest/globals';
import { createHost } from '../../src/hosts/create-host.js';

test('a host that yields to a halt starts no program before its turn', async () => {
  const order: string[] = [];
  let take = () => {};
  const turn = new Promise<void>((resolve) => {
    take = resolve;
  });
  const say = (text: string) => ['echo', text];
  const host = createHost(
    {
      name: 'live-1',
      ssh: undefined,
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
    },
    {
      yieldToHalt: async () => {
        order.push('asked');
        await turn;
        order.push('turn');
      },
    },
  );
  const answer = host.service.status();
  expect(order).toEqual(['asked']);
  take();
  expect((await answer).mainPid).toBe(7);
  expect(order).toEqual(['asked', 'turn']);
});
