import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { viewFaults } from '../../sandbox/slack/block-kit/surfaces.js';
import { deployPlanModal } from '../../views/deploy-plan-modal.js';
import { aCheck, aRun } from '../support/runs.js';

const checkboxes = z.object({
  type: z.literal('checkboxes'),
  options: z.array(z.object({ value: z.string() })),
});

test('every warning has a box of its own, also where there are more than one element may hold', () => {
  const names = Array.from({ length: 23 }, (_, index) => `env.variable_${index}`);
  const modal = deployPlanModal(
    {
      plan: {
        strategy: 'crypto_lob_ml',
        target: 'live',
        reason: 'a better model',
        model: undefined,
        binary: undefined,
        hosts: [],
        runbookSha256: '0'.repeat(64),
        policySha256: '0'.repeat(64),
      },
      modelVersion: undefined,
      run: aRun({
        verdict: 'GO_WITH_WARNINGS',
        checks: names.map((name) => aCheck(name, { outcome: 'WARN' })),
      }),
      approval: { quorum: 2, groups: [], users: [], quorumMinutes: 60, startMinutes: 15 },
      watch: { checkpointMinutes: [5], lookSecs: 60, confirmMinutes: 45, haltObservationSecs: 120 },
      envPrefix: 'S__',
      toAcknowledge: names,
      privateMetadata: '{}',
      mayBreakGlass: true,
    },
    'en',
  );
  const boxes = modal.blocks.flatMap(({ element }) => checkboxes.safeParse(element).data?.options ?? []);
  expect(boxes.map(({ value }) => value)).toEqual(names);
  const { title, submit, close, blocks } = modal;
  const plain = (text: string | undefined) => ({ type: 'plain_text', text });
  const view = { type: 'modal', title: plain(title), submit: plain(submit), close: plain(close), blocks };
  expect(viewFaults(view, 'modal')).toEqual([]);
});
