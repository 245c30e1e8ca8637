import { PROBE_KINDS } from '../checks/probe-kinds.js';
import {
  type BotConfig,
  type Config,
  ConfigError,
  type EnvironmentSource,
  loadConfig,
  readEnvironment,
  type VariablePlace,
  variablePlace,
} from '../config/config.js';
import { ConfigurationError, type ConfigurationFault } from '../runbook/configuration-fault.js';
import { loadRunbook } from '../runbook/load-runbook.js';
import type { Runbook } from '../runbook/runbook.js';
import { runbookFiles } from '../runbook/runbook-files.js';
import { loadTargets, type Targets } from '../runbook/targets.js';
import { sameAgentFaults, strategyFaults, targetsOf } from '../runbook/targets-of-strategy.js';
import { trainingPlaceFaults } from '../runbook/training-place.js';
import { watchedCheckFaults } from '../runbook/watched-checks.js';

/** What people have written for a start, read before anything else is opened. */
export interface Configuration<C extends Config = Config> extends StrategyConfiguration {
  readonly config: C;
  /** One for each runbook that has a target; the first one, with whose parts this begins, is the default target's. */
  readonly strategies: readonly StrategyConfiguration[];
  /** Strategies of which no target is named: nothing of them runs. */
  readonly withoutTarget: readonly string[];
}

/** One strategy: its runbook, and of the targets its own. */
export interface StrategyConfiguration {
  readonly runbook: Runbook;
  readonly targets: Targets;
}

/**
 * The environment and both files.
 * @throws ConfigurationError with every fault of all three at once, each with its file and line.
 */
export async function loadConfiguration(
  role: 'bot',
  source?: EnvironmentSource,
): Promise<Configuration<BotConfig>>;
export async function loadConfiguration(role: 'terminal', source?: EnvironmentSource): Promise<Configuration>;
export async function loadConfiguration(
  role: 'bot' | 'terminal',
  source: EnvironmentSource = {},
): Promise<Configuration> {
  const variables = readEnvironment(source.env, source.file);
  // Whatever else is wrong, the files' names are known: their faults stand in the same list.
  const { runbookFile, targetsFile } = loadConfig(variables, { role: 'kill_switch' });
  const placeOf = (variable: string) => variablePlace(variable, source);
  const [config, runbooks, targets] = await Promise.all([
    settle(() => loadConfig(variables, { role }), placeOf),
    settle(() => loadRunbooks(runbookFile), placeOf),
    settle(() => loadTargets(targetsFile), placeOf),
  ]);
  const between = faultsBetween(runbooks, targets);
  if (config.kind === 'read' && runbooks.kind === 'read' && targets.kind === 'read' && between.length === 0) {
    return { config: config.value, ...configureStrategies(runbooks.value, targets.value) };
  }
  const all = [config, runbooks, targets];
  const faults = all.flatMap((part) => (part.kind === 'faulty' ? part.faults : []));
  throw new ConfigurationError([...faults, ...between]);
}

/**
 * What needs no target: the environment and the runbooks.
 * @throws ConfigurationError with every fault of both at once
 */
export async function loadRunbooksAlone(): Promise<{ config: Config; runbooks: readonly Runbook[] }> {
  const variables = readEnvironment();
  const { runbookFile } = loadConfig(variables, { role: 'kill_switch' });
  const placeOf = (variable: string) => variablePlace(variable, {});
  const [config, runbooks] = await Promise.all([
    settle(() => loadConfig(variables, { role: 'terminal' }), placeOf),
    settle(() => loadRunbooks(runbookFile), placeOf),
  ]);
  if (config.kind === 'read' && runbooks.kind === 'read')
    return { config: config.value, runbooks: runbooks.value };
  throw new ConfigurationError(
    [config, runbooks].flatMap((part) => (part.kind === 'faulty' ? part.faults : [])),
  );
}

type Settled<T> =
  | { readonly kind: 'read'; readonly value: T }
  | { readonly kind: 'faulty'; readonly faults: readonly ConfigurationFault[] };

/** What one file names in the other. */
function faultsBetween(
  runbooks: Settled<readonly Runbook[]>,
  targets: Settled<Targets>,
): readonly ConfigurationFault[] {
  if (runbooks.kind === 'faulty' || targets.kind === 'faulty') return [];
  return [
    ...strategyFaults(targets.value, runbooks.value),
    ...sameAgentFaults(targets.value, runbooks.value),
    ...runbooks.value.flatMap((runbook) => {
      const own = targetsOf(targets.value, runbook, runbooks.value);
      const ofTraining = runbook.training === undefined ? [] : trainingPlaceFaults(runbook.training, own);
      return [...ofTraining, ...watchedCheckFaults(runbook, own)];
    }),
  ];
}

/** Every fault of all of them. */
async function loadRunbooks(place: string): Promise<readonly Runbook[]> {
  const files = await runbookFiles(place);
  const loaded = await Promise.allSettled(files.map((file) => loadRunbook(file, PROBE_KINDS)));
  const faults: ConfigurationFault[] = [];
  const runbooks: Runbook[] = [];
  for (const one of loaded) {
    if (one.status === 'fulfilled') runbooks.push(one.value);
    else if (one.reason instanceof ConfigurationError) faults.push(...one.reason.faults);
    else throw one.reason;
  }
  for (const [index, { file, strategy }] of runbooks.entries()) {
    const isTwice = runbooks.findIndex((other) => other.strategy === strategy) < index;
    if (isTwice) faults.push({ file, fault: { code: 'strategy_twice', facts: { strategy } } });
  }
  if (faults.length > 0) throw new ConfigurationError(faults);
  return runbooks;
}

function configureStrategies(runbooks: readonly Runbook[], targets: Targets) {
  const all = runbooks.map((runbook) => ({ runbook, targets: targetsOf(targets, runbook, runbooks) }));
  const isDefault = ({ targets: own }: StrategyConfiguration) => own.targets.has(targets.defaultTarget);
  const running = all.filter(({ targets: own }) => own.targets.size > 0);
  const strategies = [...running.filter(isDefault), ...running.filter((one) => !isDefault(one))];
  const [first] = strategies;
  // A targets file names a target, and each of them belongs to a runbook.
  if (first === undefined) throw new Error('no target belongs to a runbook');
  const withoutTarget = all.flatMap((one) => (running.includes(one) ? [] : [one.runbook.strategy]));
  return { ...first, strategies, withoutTarget };
}

async function settle<T>(
  read: () => T | Promise<T>,
  placeOf: (variable: string) => VariablePlace,
): Promise<Settled<T>> {
  try {
    return { kind: 'read', value: await read() };
  } catch (error) {
    if (error instanceof ConfigurationError) return { kind: 'faulty', faults: error.faults };
    if (!(error instanceof ConfigError)) throw error;
    const faults = error.faults.map(({ variable, fault }) => ({
      ...placeOf(variable),
      place: variable,
      fault,
    }));
    return { kind: 'faulty', faults };
  }
}
