import { expect, test } from '@jest/globals';
import { operandsOf, withoutOperand } from '../../src/selftest/condition-operands.js';

const CONDITION = 'rows.all(r, r.a > 0 && (r.b == "x && y" || !(r.c < 3 && near(r.d, 1.0, 0.5))) && r.e)';

test('every operand of a chain is one, in brackets and behind `!` too', () => {
  expect(operandsOf(CONDITION)).toEqual([
    'r.e',
    'r.a > 0',
    'r.b == "x && y" || !(r.c < 3 && near(r.d, 1.0, 0.5))',
    'r.b == "x && y"',
    '!(r.c < 3 && near(r.d, 1.0, 0.5))',
    'r.c < 3',
    'near(r.d, 1.0, 0.5)',
  ]);
  expect(operandsOf('rows.all(r, r.a > 0)')).toEqual([]);
});

test('what is dropped changes nothing: true beside `&&`, false beside `||`', () => {
  expect(withoutOperand(CONDITION, 'r.a > 0')).toBe(
    'rows.all(r, true && (r.b == "x && y" || !(r.c < 3 && near(r.d, 1.0, 0.5))) && r.e)',
  );
  expect(withoutOperand(CONDITION, 'r.b == "x && y"')).toBe(
    'rows.all(r, r.a > 0 && (false || !(r.c < 3 && near(r.d, 1.0, 0.5))) && r.e)',
  );
  expect(withoutOperand('r.a && r.b || r.a && r.c', 'r.a')).toBe('true && r.b || true && r.c');
});
