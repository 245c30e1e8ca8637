import type { ObservedRow } from '../../../src/domain/check-run.js';
import type { ModelFaultCode, UnusableModel } from '../../../src/domain/fault.js';
import { ownValue } from '../../../src/domain/own-value.js';
import { cell } from '../../cell.js';

/** What carries the fault: a file on a host, or a model that no host has yet. */
const model = (row: ObservedRow): string =>
  `${row['host'] ? `${cell(row, 'host')}：` : ''}${row['path'] ? cell(row, 'path') : '模型'}`;

/** 不可用的原因：代码，或运行库的原话。 */
const UNUSABLE: Readonly<Record<UnusableModel, (found: string) => string>> = {
  no_protocol_buffer: () => '其内容不是模型的 protocol buffer',
  too_many_parts: () => '其部件超过 250,000 个，不再继续查看',
  no_onnx_version: () => '没有注明 ONNX 版本',
  no_graph: () => '不含计算图',
  computes_nothing: () => '其计算图不计算任何内容',
  operator_missing: () => '其计算图中有节点没有算子名称',
  no_operator_set: () => '没有注明算子集',
  input_count: (found) => `有 ${found} 个输入，应为一个`,
  input_type: (found) => `其输入为 ${found || '非张量'}，应为 float32`,
  input_dimensions: (found) => `其输入有 ${found} 个维度，应为一批行`,
  no_float_output: () => '没有 float32 输出',
  input_width_open: () => '其输入没有注明特征数量',
  meta_too_large: () => '超过 1 MiB',
  meta_no_json: () => '不是 JSON',
  meta_not_as_expected: (found) => `${found || '其内容'} 不符合训练写出的格式`,
  meta_no_object: (found) => `${found || '其内容'} 不是对象`,
  meta_no_list: (found) => `${found} 不是列表`,
  meta_no_text: (found) => `${found} 不是文本`,
  meta_no_number: (found) => `${found} 不是数字`,
  meta_no_whole_number: (found) => `${found} 不是整数`,
  meta_no_moment: (found) => `${found} 不是带时区的时间，例如 2026-11-30T08:00:00Z`,
  meta_out_of_bounds: (found) => `应满足 ${found}`,
  meta_too_long: (found) => `${found} 过长`,
};

export const whyUnusable = (because: string, found: string): string =>
  ownValue<(found: string) => string>(UNUSABLE, because)?.(found) ?? because;

/** Of a row that an earlier version stored, the sentence itself. */
export const whyOf = (row: ObservedRow): string =>
  whyUnusable(cell(row, 'because'), row['found'] === undefined ? '' : cell(row, 'found'));

/** What the model gate finds, in one sentence each. */
export const modelFaults: Readonly<Record<ModelFaultCode, (row: ObservedRow) => string>> = {
  model_meta_unreadable: (row) => `${model(row)}：无法读取其 meta.json（${whyOf(row)}）。`,
  model_external_data: (row) =>
    `${model(row)} 的权重在另一个文件里（${cell(row, 'location')}），没有人审批过该文件：请导出包含权重的模型。`,
  model_does_not_load: (row) => `${model(row)} 无法在 ONNX Runtime 中加载：${cell(row, 'because')}。`,
  model_unusable_shape: (row) => `${model(row)} 的形状不适用于该策略：${whyOf(row)}。`,
  model_does_not_run: (row) => `${model(row)} 可以加载但无法运行：${cell(row, 'because')}。`,
  model_crashes: (row) => `${model(row)} 会使运行它的进程崩溃（${cell(row, 'because')}）。`,
  model_hangs: (row) => `${model(row)} 在 ${cell(row, 'limit_secs')} 秒内没有结果，已被终止。`,
  model_eats_memory: (row) => `${model(row)} 需要超过 ${cell(row, 'limit_mib')} MiB 的内存。`,
  model_input_dim_differs: (row) =>
    `${model(row)} 有 ${cell(row, 'input_dim')} 个输入，但 ${cell(row, 'source')} 写的是 ${cell(row, 'expected_dim')}。`,
  model_output_not_finite: (row) =>
    `${model(row)} 的 ${cell(row, 'values')} 个输出中有 ${cell(row, 'not_finite')} 个不是有限数（NaN 或无穷大）。`,
  model_output_out_of_range: (row) =>
    `${model(row)} 的输出为 ${cell(row, 'least_output')} 至 ${cell(row, 'most_output')}，不是 0 到 1 的概率。`,
  model_output_constant: (row) =>
    `${model(row)} 对任何输入都输出 ${cell(row, 'least_output')}：没有学到任何东西。`,
  model_not_as_planned: (row) =>
    `${model(row)}：暂存文件在计划之后被改动（SHA-256 ${cell(row, 'sha256')}）。`,
  model_trained_in_future: (row) =>
    `${model(row)}：其 meta.json 写的 ${cell(row, 'key')} 为 ${cell(row, 'moment')}，在未来。训练程序或机器人的时钟有误，或该文件描述的是其他模型。`,
};
