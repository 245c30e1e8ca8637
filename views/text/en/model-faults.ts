import type { ObservedRow } from '../../../src/domain/check-run.js';
import type { ModelFaultCode, UnusableModel } from '../../../src/domain/fault.js';
import { ownValue } from '../../../src/domain/own-value.js';
import { cell } from '../../cell.js';

/** What carries the fault: a file on a host, or a model that no host has yet. */
const model = (row: ObservedRow): string =>
  `${row['host'] ? `${cell(row, 'host')}: ` : ''}${row['path'] ? cell(row, 'path') : 'the model'}`;

/** Why it cannot be used: a code, or the words of a runtime. */
const UNUSABLE: Readonly<Record<UnusableModel, (found: string) => string>> = {
  no_protocol_buffer: () => 'its bytes are no protocol buffer of a model',
  too_many_parts: () => 'it has more than 250,000 parts, and no more are looked at',
  no_onnx_version: () => 'it names no ONNX version',
  no_graph: () => 'it holds no graph',
  computes_nothing: () => 'its graph computes nothing',
  operator_missing: () => 'a node of its graph names no operator',
  no_operator_set: () => 'it names no operator set',
  input_count: (found) => `it has ${found} inputs, expected one`,
  input_type: (found) => `its input is ${found || 'no tensor'}, expected float32`,
  input_dimensions: (found) => `its input has ${found} dimensions, expected a batch of rows`,
  no_float_output: () => 'it has no output of float32',
  input_width_open: () => 'its input does not say how many features it takes',
  meta_too_large: () => 'it is larger than 1 MiB',
  meta_no_json: () => 'it is no JSON',
  meta_not_as_expected: (found) => `${found || 'its content'} is not as a training writes it`,
  meta_no_object: (found) => `${found || 'its content'} is no object`,
  meta_no_list: (found) => `${found} is no list`,
  meta_no_text: (found) => `${found} is no text`,
  meta_no_number: (found) => `${found} is no number`,
  meta_no_whole_number: (found) => `${found} is no whole number`,
  meta_no_moment: (found) => `${found} is no time with its zone, as 2026-11-30T08:00:00Z`,
  meta_out_of_bounds: (found) => `it must hold ${found}`,
  meta_too_long: (found) => `${found} is longer than it may be`,
};

export const whyUnusable = (because: string, found: string): string =>
  ownValue<(found: string) => string>(UNUSABLE, because)?.(found) ?? because;

/** Of a row that an earlier version stored, the sentence itself. */
export const whyOf = (row: ObservedRow): string =>
  whyUnusable(cell(row, 'because'), row['found'] === undefined ? '' : cell(row, 'found'));

/** What the model gate finds, in one sentence each. */
export const modelFaults: Readonly<Record<ModelFaultCode, (row: ObservedRow) => string>> = {
  model_meta_unreadable: (row) => `${model(row)}: its meta.json cannot be read (${whyOf(row)}).`,
  model_external_data: (row) =>
    `${model(row)} keeps weights in another file (${cell(row, 'location')}), which nobody has approved: export it with its weights inside.`,
  model_does_not_load: (row) => `${model(row)} does not load in ONNX Runtime: ${cell(row, 'because')}.`,
  model_unusable_shape: (row) => `${model(row)} has a shape that the strategy cannot use: ${whyOf(row)}.`,
  model_does_not_run: (row) => `${model(row)} loads but does not run: ${cell(row, 'because')}.`,
  model_crashes: (row) => `${model(row)} crashes the process that runs it (${cell(row, 'because')}).`,
  model_hangs: (row) => `${model(row)} gave no answer within ${cell(row, 'limit_secs')} s and was ended.`,
  model_eats_memory: (row) => `${model(row)} needs more than ${cell(row, 'limit_mib')} MiB of memory.`,
  model_input_dim_differs: (row) =>
    `${model(row)} takes ${cell(row, 'input_dim')} inputs, but ${cell(row, 'source')} says ${cell(row, 'expected_dim')}.`,
  model_output_not_finite: (row) =>
    `${model(row)} answers ${cell(row, 'not_finite')} of ${cell(row, 'values')} times with no number (NaN or infinite).`,
  model_output_out_of_range: (row) =>
    `${model(row)} answers from ${cell(row, 'least_output')} to ${cell(row, 'most_output')}: no probability from 0 to 1.`,
  model_output_constant: (row) =>
    `${model(row)} answers ${cell(row, 'least_output')} whatever its input: it has learned nothing.`,
  model_not_as_planned: (row) =>
    `${model(row)}: the staged file has changed since it was planned (SHA-256 ${cell(row, 'sha256')}).`,
  model_trained_in_future: (row) =>
    `${model(row)}: its meta.json says ${cell(row, 'key')} ${cell(row, 'moment')}, which is in the future. The clock of the trainer or of the bot is wrong, or the file is about something else.`,
};
