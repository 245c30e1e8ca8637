/** What the model gate finds wrong with a model; `views/text/model-faults.ts` writes the sentences. */
const MODEL_FAULT_CODES = [
  'model_meta_unreadable',
  'model_external_data',
  'model_does_not_load',
  'model_unusable_shape',
  'model_does_not_run',
  'model_crashes',
  'model_hangs',
  'model_eats_memory',
  'model_input_dim_differs',
  'model_output_not_finite',
  'model_output_out_of_range',
  'model_output_constant',
  'model_not_as_planned',
  'model_trained_in_future',
] as const;
export type ModelFaultCode = (typeof MODEL_FAULT_CODES)[number];

/** Why a file is no model that the strategy can use, or its meta.json cannot be read. `found` stands beside it. */
export const UNUSABLE_MODEL = [
  'no_protocol_buffer',
  /** More than are looked at. */
  'too_many_parts',
  'no_onnx_version',
  'no_graph',
  'computes_nothing',
  'operator_missing',
  'no_operator_set',
  /** Found: how many. */
  'input_count',
  /** Found: its type; '': no tensor. */
  'input_type',
  /** Found: how many. */
  'input_dimensions',
  'no_float_output',
  'input_width_open',
  'meta_too_large',
  'meta_no_json',
  /** Found, of this and the next: the place; '': the whole. */
  'meta_not_as_expected',
  'meta_no_object',
  'meta_no_list',
  'meta_no_text',
  'meta_no_number',
  'meta_no_whole_number',
  'meta_no_moment',
  /** Found: what must hold, as `metrics.auc ≤ 1`. */
  'meta_out_of_bounds',
  'meta_too_long',
] as const;
export type UnusableModel = (typeof UNUSABLE_MODEL)[number];

/** What can be wrong with the text of a variable. */
const VARIABLE_FAULTS = [
  'not_set',
  'empty',
  'not_a_boolean',
  'not_one_of',
  'not_a_number',
  'not_whole',
  'out_of_range',
  'not_absolute',
] as const;
export type VariableFault = (typeof VARIABLE_FAULTS)[number];

/** What is wrong with a row that a probe calls wrong by itself; `views/text` writes the sentence for each. */
export const FAULT_CODES = [
  ...VARIABLE_FAULTS,
  'environment_file_missing',
  'environment_file_refused',
  'value_spans_lines',
  'comment_takes_line',
  'export_ignored',
  'line_ignored',
  'file_missing',
  'not_a_file',
  'empty_file',
  'not_readable',
  'not_onnx',
  'model_path_unknown',
  'outside_models_folder',
  ...MODEL_FAULT_CODES,
  'start_failed',
  'start_differs',
  'start_frozen',
] as const;
export type FaultCode = (typeof FAULT_CODES)[number];
