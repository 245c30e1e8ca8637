import { expect, test } from '@jest/globals';
import { variableLine } from '../../views/release-plan.js';

const line = (before: string | null, after: string | null) =>
  variableLine({ variable: 'S__MODEL_PATH', before, after }, 'S__', 'en');

test('a model that changes within its folder is shown by its name', () => {
  expect(line('/opt/models/a.onnx', '/opt/models/b.onnx')).toBe('`MODEL_PATH`  `…/a.onnx` → `…/b.onnx`');
});

test('a change of folder is shown whole: nobody approves what reads as no change', () => {
  expect(line('/opt/models/a.onnx', '/tmp/a.onnx')).toBe(
    '`MODEL_PATH`  `/opt/models/a.onnx` → `/tmp/a.onnx`',
  );
});

test('values that differ only beyond what is usually shown are shown whole', () => {
  const same = 'x'.repeat(80);
  expect(line(`${same}1`, `${same}2`)).toBe(`\`MODEL_PATH\`  \`${same}1\` → \`${same}2\``);
});
