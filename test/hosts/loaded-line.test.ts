import { describe, expect, test } from '@jest/globals';
import { isFoundIn, mayBeFoundIn, saysLoaded } from '../../src/hosts/managers/loaded-line.js';

const PATH = '/opt/models/a.onnx';
const line = { message: 'loaded lob-ml onnx model', fields: { model_path: PATH } };
const LOADED = `loaded lob-ml onnx model model_type=onnx model_path=${PATH} input_dim=8 output_dim=1`;

describe('the line of a good start', () => {
  test.each([
    LOADED,
    `INFO ${LOADED}`,
    ` INFO ploy::strategies::crypto_lob_ml: ${LOADED}`,
    `2026-03-01T12:00:00.123456Z  INFO ThreadId(01) main ploy::lob: src/lob.rs:42: ${LOADED}`,
    `[2026-03-01 12:00:00] [INFO] ${LOADED}`,
    `INFO start{host="live 1" n=2}:load{x=1}: ploy::lob: ${LOADED}`,
    `ploy[4242]: INFO ${LOADED}`,
    `Mar  1 12:00:00 live-1 ploy[4242]: INFO ${LOADED}`,
    `live-1 ploy[4242]: ${LOADED}`,
    `loaded lob-ml onnx model model_path=${PATH}`,
    `loaded lob-ml onnx model model_path="${PATH}"`,
    `loaded lob-ml onnx model model_path="${PATH}", input_dim=8`,
    `loaded lob-ml onnx model note="a "b" c" model_path="${PATH}" input_dim=8`.replaceAll('"b"', '\\"b\\"'),
    `${LOADED} note=two words `,
  ])('%s', (text) => {
    expect(saysLoaded(text, line)).toBe(true);
  });

  test.each([
    `loaded lob-ml onnx model model_path=${PATH},v2`,
    `loaded lob-ml onnx model model_path=${PATH} copy.onnx`,
    `loaded lob-ml onnx model model_path=${PATH} copy.onnx input_dim=8`,
    `loaded lob-ml onnx model model_path=/other.onnx (was ${PATH})`,
    `loaded lob-ml onnx model model_path=/other.onnx old_path=${PATH}`,
    `loaded lob-ml onnx model model_path=/other.onnx model_path=${PATH}`,
    `loaded lob-ml onnx model note="x model_path=${PATH}" model_path=/other.onnx`,
    `loaded lob-ml onnx model ${PATH}`,
    `loaded lob-ml onnx model xmodel_path=${PATH}`,
    'loaded lob-ml onnx model',
    `NOT ${LOADED}`,
    `INFO not ${LOADED}`,
    `INFO previously ${LOADED}`,
    `INFO failed: ${LOADED}`,
    `un${LOADED}`,
    `INFO ploy: un${LOADED}`,
    `WARN ${LOADED}`,
    `ERROR ploy::lob: ${LOADED}`,
    `"${LOADED}"`,
    `loaded lob-ml onnx models model_path=${PATH}`,
    `loaded lob-ml onnx model failed model_path=${PATH}`,
    `loaded lob-ml onnx model: no. model_path=${PATH}`,
    ...['.old', '2', '/x', '-v2', ';', ')'].map(
      (more) => `loaded lob-ml onnx model model_path=${PATH}${more}`,
    ),
    `loaded lob-ml onnx model model_path=/old${PATH}`,
    `loaded lob-ml onnx model model_path="${PATH}"x`,
  ])('not: %s', (text) => {
    expect(saysLoaded(text, line)).toBe(false);
    // For a halt it may have been loaded, whatever stands around the words.
    expect(isFoundIn(text, { line: { ...line, fields: {} }, isLoose: true })).toBe(true);
  });

  test('of a runbook with two fields both count', () => {
    const both = { ...line, fields: { ...line.fields, input_dim: '9' } };
    expect(saysLoaded(LOADED, both)).toBe(false);
    expect(saysLoaded(LOADED.replace('=8', '=9'), both)).toBe(true);
  });

  test('what colours break is still worth a look, what lacks a word is not', () => {
    const coloured = '\u001b[1mloaded\u001b[0m lob-ml onnx model';
    expect(mayBeFoundIn({ line })(coloured)).toBe(true);
    expect(mayBeFoundIn({ line })('INFO tick')).toBe(false);
    expect(mayBeFoundIn({ line, isLoose: true })('LOADED LOB-ML ONNX MODEL')).toBe(true);
    expect(isFoundIn('LOADED LOB-ML ONNX MODEL', { line, isLoose: true })).toBe(true);
  });

  test.each([
    `loaded lob-ml onnx model ${'a="'.repeat(1_300)}`,
    `${'{'.repeat(4_000)} ${LOADED}`,
    `${'a:'.repeat(2_000)}! ${LOADED}`,
    `${'a-'.repeat(2_000)}! ${LOADED}`,
    `loaded lob-ml onnx model ${' a=b'.repeat(1_000)}`,
  ])('nor a line made to be slow', (text) => {
    expect(saysLoaded(text, line)).toBe(false);
  });
});
