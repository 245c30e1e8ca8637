import type { ObservedRow } from '../../src/domain/check-run.js';
import type { ModelFaultCode } from '../../src/domain/fault.js';
import { cell } from './cell.js';

type Sentences = Readonly<Record<ModelFaultCode, (row: ObservedRow) => string>>;

/** What carries the fault: a file on a host, or a model that no host has yet. */
const model = (row: ObservedRow, unnamed: string, colon: string): string => {
  const host = row['host'] ? `${cell(row, 'host')}${colon}` : '';
  return `${host}${row['path'] ? cell(row, 'path') : unnamed}`;
};
const en = (row: ObservedRow): string => model(row, 'the model', ': ');
const zh = (row: ObservedRow): string => model(row, '模型', '：');

/** What the model gate finds, in one sentence each. */
export const modelFaultsEn: Sentences = {
  model_meta_unreadable: (row) => `${en(row)}: its meta.json cannot be read (${cell(row, 'because')}).`,
  model_does_not_load: (row) => `${en(row)} does not load in ONNX Runtime: ${cell(row, 'because')}.`,
  model_unusable_shape: (row) => `${en(row)} has a shape that ploy cannot use: ${cell(row, 'because')}.`,
  model_does_not_run: (row) => `${en(row)} loads but does not run: ${cell(row, 'because')}.`,
  model_crashes: (row) => `${en(row)} crashes the process that runs it (${cell(row, 'because')}).`,
  model_hangs: (row) => `${en(row)} gave no answer within ${cell(row, 'limit_secs')} s and was ended.`,
  model_eats_memory: (row) => `${en(row)} needs more than ${cell(row, 'limit_mib')} MiB of memory.`,
  model_input_dim_differs: (row) =>
    `${en(row)} takes ${cell(row, 'input_dim')} inputs, but ${cell(row, 'source')} says ${cell(row, 'expected_dim')}.`,
  model_output_not_finite: (row) =>
    `${en(row)} answers ${cell(row, 'not_finite')} of ${cell(row, 'values')} times with no number (NaN or infinite).`,
  model_output_out_of_range: (row) =>
    `${en(row)} answers from ${cell(row, 'least_output')} to ${cell(row, 'most_output')}: no probability from 0 to 1.`,
  model_output_constant: (row) =>
    `${en(row)} answers ${cell(row, 'least_output')} whatever its input: it has learned nothing.`,
  model_not_as_planned: (row) =>
    `${en(row)}: the staged file has changed since it was planned (SHA-256 ${cell(row, 'sha256')}).`,
};

export const modelFaultsZhCN: Sentences = {
  model_meta_unreadable: (row) => `${zh(row)}：无法读取其 meta.json（${cell(row, 'because')}）。`,
  model_does_not_load: (row) => `${zh(row)} 无法在 ONNX Runtime 中加载：${cell(row, 'because')}。`,
  model_unusable_shape: (row) => `${zh(row)} 的形状不适用于 ploy：${cell(row, 'because')}。`,
  model_does_not_run: (row) => `${zh(row)} 可以加载但无法运行：${cell(row, 'because')}。`,
  model_crashes: (row) => `${zh(row)} 会使运行它的进程崩溃（${cell(row, 'because')}）。`,
  model_hangs: (row) => `${zh(row)} 在 ${cell(row, 'limit_secs')} 秒内没有结果，已被终止。`,
  model_eats_memory: (row) => `${zh(row)} 需要超过 ${cell(row, 'limit_mib')} MiB 的内存。`,
  model_input_dim_differs: (row) =>
    `${zh(row)} 有 ${cell(row, 'input_dim')} 个输入，但 ${cell(row, 'source')} 写的是 ${cell(row, 'expected_dim')}。`,
  model_output_not_finite: (row) =>
    `${zh(row)} 的 ${cell(row, 'values')} 个输出中有 ${cell(row, 'not_finite')} 个不是有限数（NaN 或无穷大）。`,
  model_output_out_of_range: (row) =>
    `${zh(row)} 的输出为 ${cell(row, 'least_output')} 至 ${cell(row, 'most_output')}，不是 0 到 1 的概率。`,
  model_output_constant: (row) =>
    `${zh(row)} 对任何输入都输出 ${cell(row, 'least_output')}：没有学到任何东西。`,
  model_not_as_planned: (row) => `${zh(row)}：暂存文件在计划之后被改动（SHA-256 ${cell(row, 'sha256')}）。`,
};
