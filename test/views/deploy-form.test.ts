import { expect, test } from '@jest/globals';
import type { Modal } from '../../src/domain/report.js';
import type { VariableDefinition } from '../../src/domain/variable.js';
import { type DeployForm, deployFormModal } from '../../views/deploy-form.js';

const FORM: DeployForm = {
  strategy: 's',
  target: 'live',
  staged: {
    models: [
      { name: 'a.onnx', size: 10, sha256: 'a'.repeat(64), modifiedAt: new Date(0), meta: undefined },
      { name: 'b.onnx', size: 10, sha256: 'b'.repeat(64), modifiedAt: new Date(0), meta: undefined },
    ],
    binaries: [],
    skipped: [],
  },
  variables: new Map([
    ['BUFFER', { type: 'number', min: 0, max: 1, default: undefined }],
    ['MODE', { type: 'enum', values: { slow: [], fast: [] }, default: 'slow' }],
  ]),
  model: 'a.onnx',
  picked: new Map([['BUFFER', undefined]]),
  faults: new Map(),
  now: new Date(60_000),
};

/** `block/action` of every input: Slack keeps what a person typed in one whose two ids stay. */
function inputs({ blocks }: Modal): string[] {
  return blocks.flatMap((block) => {
    const { block_id, element } = block as { block_id?: string; element?: { action_id?: string } };
    return element === undefined ? [] : [`${block_id}/${element.action_id}`];
  });
}

test('a drawing that comes while somebody types keeps every input that was there', () => {
  const before = inputs(deployFormModal(FORM, 'en'));
  expect(before).toEqual([
    'model/deploy:redraw',
    'version:a.onnx/text',
    'variables/deploy:redraw',
    'value:BUFFER/deploy:value',
    'reason/text',
  ]);
  const faulty = deployFormModal(
    {
      ...FORM,
      picked: new Map([
        ['BUFFER', '7'],
        ['MODE', undefined],
      ]),
      faults: new Map([['BUFFER', { code: 'reason_missing', facts: {} }]]),
    },
    'en',
  );
  expect(inputs(faulty).filter((id) => before.includes(id))).toEqual(before);
  expect(inputs(faulty)).toContain('value:MODE/deploy:value');
});

test('another model has a version of its own: what was typed for the first is not taken for it', () => {
  const other = inputs(deployFormModal({ ...FORM, model: 'b.onnx' }, 'en'));
  expect(other).toContain('version:b.onnx/text');
  expect(other).not.toContain('version:a.onnx/text');
});

test('what has one word alone is not offered: it cannot be changed', () => {
  const variables = new Map<string, VariableDefinition>([
    ...FORM.variables,
    ['TYPE', { type: 'enum', values: { onnx: [] }, default: 'onnx' }],
  ]);
  const offered = JSON.stringify(deployFormModal({ ...FORM, variables }, 'en').blocks);
  expect(offered).toContain('"value":"MODE"');
  expect(offered).not.toContain('"TYPE"');
});
