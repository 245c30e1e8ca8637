import { expect, test } from '@jest/globals';
import type { CheckService } from '../../src/checks/check-service.js';
import { limitRuns } from '../../src/checks/limit-runs.js';
import type { FinishedRun, RunRequest } from '../../src/checks/run-request.js';

const request = { kind: 'precheck' } as RunRequest;

/** A service whose runs end when the test says so. */
function heldService() {
  const held: { finish: () => void; fail: () => void }[] = [];
  const service: Pick<CheckService, 'run' | 'onDemand'> = {
    run: () =>
      new Promise<FinishedRun>((resolve, reject) => {
        held.push({
          finish: () => resolve({ stored: true } as FinishedRun),
          fail: () => reject(new Error('no')),
        });
      }),
    onDemand: async () => [],
  };
  return { held, service: service as CheckService };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('two runs go on at once, and the third begins when one of them ends', async () => {
  const { held, service } = heldService();
  const limited = limitRuns(service, 2);
  const runs = [limited.run(request), limited.run(request), limited.run(request)];
  await turn();
  expect(held).toHaveLength(2);
  held[1]?.finish();
  await runs[1];
  await turn();
  expect(held).toHaveLength(3);
  for (const { finish } of held) finish();
  await Promise.all(runs);
});

test('a run that fails gives its place to the next', async () => {
  const { held, service } = heldService();
  const limited = limitRuns(service, 1);
  const first = limited.run(request);
  const second = limited.run(request);
  await turn();
  held[0]?.fail();
  await expect(first).rejects.toThrow('no');
  await turn();
  expect(held).toHaveLength(2);
  held[1]?.finish();
  await second;
});
