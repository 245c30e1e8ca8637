/** What is wrong with a row that a probe calls wrong by itself; `views/text` writes the sentence for each. */
export const FAULT_CODES = [
  'not_set',
  'empty',
  'not_a_boolean',
  'not_one_of',
  'not_a_number',
  'not_whole',
  'out_of_range',
  'not_absolute',
  'environment_file_missing',
  'environment_file_refused',
  'file_missing',
  'not_a_file',
  'empty_file',
  'not_readable',
  'not_onnx',
  'model_path_unknown',
  'outside_models_folder',
] as const;
export type FaultCode = (typeof FAULT_CODES)[number];
