import type { ObservedRow } from '../../../src/domain/check-run.js';
import type { ModelFaultCode } from '../../../src/domain/fault.js';
import { cell } from '../../cell.js';

/** What carries the fault: a file on a host, or a model that no host has yet. */
const model = (row: ObservedRow): string =>
  `${row['host'] ? `${cell(row, 'host')}：` : ''}${row['path'] ? cell(row, 'path') : '模型'}`;

/** What the model gate finds, in one sentence each. */
export const modelFaults: Readonly<Record<ModelFaultCode, (row: ObservedRow) => string>> = {
  model_meta_unreadable: (row) => `${model(row)}：无法读取其 meta.json（${cell(row, 'because')}）。`,
  model_external_data: (row) =>
    `${model(row)} 的权重在另一个文件里（${cell(row, 'location')}），没有人审批过该文件：请导出包含权重的模型。`,
  model_does_not_load: (row) => `${model(row)} 无法在 ONNX Runtime 中加载：${cell(row, 'because')}。`,
  model_unusable_shape: (row) => `${model(row)} 的形状不适用于该策略：${cell(row, 'because')}。`,
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
