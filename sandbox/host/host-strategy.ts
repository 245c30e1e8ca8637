import { ENVIRONMENT_PREFIX } from './ploy-config.js';
import { FIRST_POLICY_VERSION, POLICY_PREFIX } from './policy-config.js';
import { AGENT_ID, FIRST_MODEL_VERSION, POLICY_AGENT_ID } from './trading-data/strategy.js';

/** What a simulated host runs. */
export interface HostStrategy {
  /** As its runbook names it. */
  readonly name: string;
  /** The compiled program of this folder. */
  readonly program: 'ploy.js' | 'policy.js';
  readonly environmentPrefix: string;
  /** The variable that switches it on and off. */
  readonly flag: string;
  /** Its file below the models folder, and the version that its environment names at first. */
  readonly model: string;
  readonly modelVersion: string;
  /** The folder of what waits for a deploy. */
  readonly staging: string;
  /** A better model, and a newer program. */
  readonly waiting: { readonly model: string; readonly modelVersion: string; readonly program: string };
  /** The lines of its environment file, by variable; a text is a comment. */
  readonly lines: (modelPath: string) => readonly (readonly [name: string, value: string] | string)[];
}

const LOB_ML: HostStrategy = {
  name: AGENT_ID,
  program: 'ploy.js',
  environmentPrefix: ENVIRONMENT_PREFIX,
  flag: 'ENABLED',
  model: 'lob_tcn_5m_v3.onnx',
  modelVersion: FIRST_MODEL_VERSION,
  staging: 'staging',
  waiting: { model: 'lob_tcn_5m_v4.onnx', modelVersion: 'lob-tcn-5m-v4', program: 'ploy-0.9.4' },
  lines: (modelPath) => [
    ['ENABLED', 'true'],
    ['MODEL_TYPE', 'onnx'],
    ['MODEL_PATH', `"${modelPath}"`],
    ['MODEL_VERSION', FIRST_MODEL_VERSION],
    '',
    '; exits and entries',
    ['EXIT_MODE', 'ev_exit'],
    ['ENTRY_SIDE_POLICY', 'lagging_only'],
    ['ENTRY_EARLY_WINDOW_SECS_5M', '120'],
    ['WINDOW_FALLBACK_WEIGHT', '0.10'],
    ['EV_EXIT_BUFFER', '0.005'],
  ],
};

/** The second strategy: a flag of its own, and one word for entries and exits. */
const RL_POLICY: HostStrategy = {
  name: POLICY_AGENT_ID,
  program: 'policy.js',
  environmentPrefix: POLICY_PREFIX,
  flag: 'TRADE',
  model: 'policy_p1.onnx',
  modelVersion: FIRST_POLICY_VERSION,
  staging: 'staging-policy',
  waiting: { model: 'policy_p2.onnx', modelVersion: 'p2', program: 'policy-0.9.4' },
  lines: (modelPath) => [
    ['TRADE', 'true'],
    ['POLICY_PATH', `"${modelPath}"`],
    ['POLICY_VERSION', FIRST_POLICY_VERSION],
  ],
};

/** Hosts of the workload `policy` run the second strategy. */
export const strategyOf = (workload: string): HostStrategy => (workload === 'policy' ? RL_POLICY : LOB_ML);
