import type { ConditionFaults } from '../../../src/domain/condition.js';

/** Why a condition, or what feeds it, gave no answer; without a full stop. */
export const conditionFault: ConditionFaults = {
  nothing_measured: () => 'a list or record that is used is empty: nothing was measured',
  too_costly: () => 'its conditions cost more than judging one answer may',
  value_null: () => 'a value that is used is null: nothing was measured',
  value_empty_text: () => 'a value that is used is an empty text: nothing was measured',
  value_not_a_number: () => 'a value that is used is not a number: nothing was measured',
  calculation_unanswered: () => 'a calculation has no answer: it divides by zero, or is too large',
  kinds_differ: (fact) => `a ${fact('left')} is compared with a ${fact('right')}`,
  not_true_or_false: () => 'the answer is not true or false',
  library: (fact) => fact('text'),
  query_rows: (fact) => `the query gave ${fact('count')} rows, and \`column\` reads one`,
  query_column_missing: (fact) => `the query has no column ${fact('column')}`,
  query_column_no_list: (fact) => `the column ${fact('column')} of the query is no JSON list`,
  query_column_no_records: (fact) => `the list in the column ${fact('column')} holds what is no record`,
};
