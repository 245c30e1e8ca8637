/** How the trading system reads its environment: once, at start-up, ignoring what it does not understand. */

export const ENVIRONMENT_PREFIX = 'PLOY_CRYPTO_LOB_ML__';

export interface PloyConfig {
  readonly enabled: boolean;
  readonly modelType: string;
  readonly modelPath: string | undefined;
  readonly modelVersion: string | undefined;
  readonly exitMode: string;
  readonly entrySidePolicy: string;
  readonly entryEarlyWindowSecs5m: number;
  readonly windowFallbackWeight: number;
  readonly evExitBuffer: number;
}

export interface PloyConfigReading {
  readonly config: PloyConfig;
  /** What was not understood and left at its default. A boolean's typo is not among them. */
  readonly warnings: readonly string[];
}

const EXIT_MODES: Readonly<Record<string, string>> = {
  settle_only: 'settle_only',
  settle: 'settle_only',
  ev_exit: 'ev_exit',
  ev: 'ev_exit',
  signal_flip: 'signal_flip',
  flip: 'signal_flip',
  trailing_exit: 'trailing_exit',
  trailing: 'trailing_exit',
};

const ENTRY_SIDE_POLICIES: Readonly<Record<string, string>> = {
  lagging_only: 'lagging_only',
  lagging: 'lagging_only',
  best_ev: 'best_ev',
  best: 'best_ev',
};

type Environment = Readonly<Record<string, string | undefined>>;

function textOf(environment: Environment, name: string): string | undefined {
  const text = environment[ENVIRONMENT_PREFIX + name]?.trim();
  return text === '' ? undefined : text;
}

/** Any text that is no boolean is ignored without a line in the log, and the default stays. */
export function readBoolean(text: string | undefined, standard: boolean): boolean {
  const word = text?.toLowerCase() ?? '';
  if (['1', 'true', 'yes', 'on'].includes(word)) return true;
  if (['0', 'false', 'no', 'off'].includes(word)) return false;
  return standard;
}

function numberOf(
  environment: Environment,
  name: string,
  range: { standard: number; max: number; whole?: true },
) {
  const text = textOf(environment, name);
  const pattern = range.whole ? /^\d+$/ : /^[+-]?(\d+\.?\d*|\.\d+)$/;
  if (text === undefined || !pattern.test(text)) return range.standard;
  return Math.min(Math.max(Number(text), 0), range.max);
}

/** Reads the strategy's variables, with the defaults and the clamping of the trading system. */
export function readPloyConfig(environment: Environment): PloyConfigReading {
  const warnings: string[] = [];
  const modeOf = (name: string, modes: Readonly<Record<string, string>>, standard: string): string => {
    const text = textOf(environment, name);
    if (text === undefined) return standard;
    const mode = modes[text.toLowerCase()];
    if (mode === undefined)
      warnings.push(`unknown ${ENVIRONMENT_PREFIX}${name}=${text}, keeping ${standard}`);
    return mode ?? standard;
  };
  const config: PloyConfig = {
    enabled: readBoolean(textOf(environment, 'ENABLED'), false),
    modelType: textOf(environment, 'MODEL_TYPE') ?? 'onnx',
    modelPath: textOf(environment, 'MODEL_PATH'),
    modelVersion: textOf(environment, 'MODEL_VERSION'),
    exitMode: modeOf('EXIT_MODE', EXIT_MODES, 'ev_exit'),
    entrySidePolicy: modeOf('ENTRY_SIDE_POLICY', ENTRY_SIDE_POLICIES, 'lagging_only'),
    entryEarlyWindowSecs5m: numberOf(environment, 'ENTRY_EARLY_WINDOW_SECS_5M', {
      standard: 120,
      max: 300,
      whole: true,
    }),
    windowFallbackWeight: numberOf(environment, 'WINDOW_FALLBACK_WEIGHT', { standard: 0.1, max: 1 }),
    evExitBuffer: numberOf(environment, 'EV_EXIT_BUFFER', { standard: 0.005, max: 0.5 }),
  };
  return { config, warnings };
}
