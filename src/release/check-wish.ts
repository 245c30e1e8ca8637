import { isSpelling } from '../domain/boolean-words.js';
import type { DeployWish } from '../domain/deploy-wish.js';
import { type ReleaseRefusal, refused } from '../domain/release-refusal.js';
import { nearestWord } from '../domain/spelling.js';
import { readVariable } from '../domain/variable.js';
import { isPlainEnvironmentValue } from '../hosts/environment/environment-file.js';
import type { Runbook } from '../runbook/runbook.js';

/** Characters; a value is one line of an environment file. */
const MAX_VALUE = 500;

/** What of a runbook a wish is held against. */
type StrategyWishes = Pick<Runbook, 'variables' | 'flag' | 'model'>;

/** Everything that is wrong with a wish by itself, before any host is looked at. */
export function checkWish(wish: DeployWish, runbook: StrategyWishes): readonly ReleaseRefusal[] {
  const faults = Object.entries(wish.settings).flatMap(([name, value]) => {
    const fault = settingFault(name, value, wish, runbook);
    return fault === undefined ? [] : [fault];
  });
  if (wish.model !== undefined && runbook.model === undefined)
    faults.push(refused('no_model_variable').refusal);
  if (wish.model !== undefined && (wish.modelVersion ?? '').trim() === '') {
    faults.push(refused('version_missing').refusal);
  }
  if (wish.model === undefined && wish.modelVersion !== undefined) {
    faults.push(refused('version_without_model').refusal);
  }
  const version = wish.modelVersion;
  if (version !== undefined && !isOneLine(version))
    faults.push(badValue(runbook.model?.version ?? '', version));
  return faults;
}

/** What is wrong with one setting; undefined: the strategy will read it as it is meant. */
export function settingFault(
  name: string,
  value: string,
  wish: Pick<DeployWish, 'model'>,
  { variables, flag, model }: StrategyWishes,
): ReleaseRefusal | undefined {
  const definition = variables.get(name);
  if (definition === undefined) {
    const nearest = nearestWord(name, [...variables.keys()]) ?? '';
    return refused('unknown_variable', { variable: name, nearest }).refusal;
  }
  if (wish.model !== undefined && (name === model?.path || name === model?.version)) {
    return refused('variable_from_model', { variable: name }).refusal;
  }
  if (!isOneLine(value)) return badValue(name, value);
  const reading = readVariable(definition, value);
  // Nobody writes what the strategy would read as something else.
  if (reading.kind === 'value' && reading.outside !== undefined) {
    const facts = { variable: name, value, fault: 'out_of_range', expected: reading.outside, nearest: '' };
    return refused('bad_value', facts).refusal;
  }
  if (reading.kind === 'fault') {
    const { fault, expected = '', nearest = '' } = reading;
    return refused('bad_value', { variable: name, value, fault, expected, nearest }).refusal;
  }
  if (name === flag.variable && isSpelling(value, flag.off)) return refused('release_turns_on').refusal;
  return undefined;
}

const badValue = (variable: string, value: string): ReleaseRefusal =>
  refused('bad_value', {
    variable,
    value: value.slice(0, 80),
    fault: 'not_one_line',
    expected: '',
    nearest: '',
  }).refusal;

const isOneLine = (value: string): boolean =>
  isPlainEnvironmentValue(value) && !/[\t\n]/.test(value) && value.length <= MAX_VALUE;
