import type { ConditionFaults } from '../../../src/domain/condition.js';

const KINDS: Readonly<Record<string, string>> = {
  list: '列表',
  record: '记录',
  number: '数字',
  text: '文本',
  boolean: '布尔值',
};

/** Why a condition, or what feeds it, gave no answer; without a full stop. */
export const conditionFault: ConditionFaults = {
  nothing_measured: () => '所用的列表或记录为空：没有任何测量',
  too_costly: () => '其条件的计算超过了一次判定的上限',
  value_null: () => '所用的值为 null：没有测量',
  value_empty_text: () => '所用的值为空文本：没有测量',
  value_not_a_number: () => '所用的值不是数字（NaN）：没有测量',
  calculation_unanswered: () => '计算没有结果：除以零，或数值过大',
  kinds_differ: (fact) =>
    `比较的两个值类型不同：${KINDS[fact('left')] ?? fact('left')}与${KINDS[fact('right')] ?? fact('right')}`,
  not_true_or_false: () => '结果不是真或假',
  library: (fact) => fact('text'),
  query_rows: (fact) => `查询返回 ${fact('count')} 行，而 \`column\` 只读取一行`,
  query_column_missing: (fact) => `查询没有列 ${fact('column')}`,
  query_column_no_list: (fact) => `查询的列 ${fact('column')} 不是 JSON 列表`,
  query_column_no_records: (fact) => `列 ${fact('column')} 的列表中有不是记录的内容`,
};
