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
import { onlyRunbook } from '../runbook/runbook-files.js';
import { loadTargets, type Targets } from '../runbook/targets.js';
import { trainingPlaceFaults } from '../runbook/training-place.js';

/** What people have written for a start, read before anything else is opened. */
export interface Configuration<C extends Config = Config> {
  readonly config: C;
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
  const [config, runbook, targets] = await Promise.all([
    settle(() => loadConfig(variables, { role }), placeOf),
    settle(async () => loadRunbook(await onlyRunbook(runbookFile), PROBE_KINDS), placeOf),
    settle(() => loadTargets(targetsFile), placeOf),
  ]);
  const between = faultsBetween(runbook, targets);
  if (config.kind === 'read' && runbook.kind === 'read' && targets.kind === 'read' && between.length === 0) {
    return { config: config.value, runbook: runbook.value, targets: targets.value };
  }
  const all = [config, runbook, targets];
  const faults = all.flatMap((part) => (part.kind === 'faulty' ? part.faults : []));
  throw new ConfigurationError([...faults, ...between]);
}

type Settled<T> =
  | { readonly kind: 'read'; readonly value: T }
  | { readonly kind: 'faulty'; readonly faults: readonly ConfigurationFault[] };

/** What one file names in the other. */
function faultsBetween(runbook: Settled<Runbook>, targets: Settled<Targets>): readonly ConfigurationFault[] {
  if (runbook.kind === 'faulty' || targets.kind === 'faulty') return [];
  const { training } = runbook.value;
  return training === undefined ? [] : trainingPlaceFaults(training, targets.value);
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
