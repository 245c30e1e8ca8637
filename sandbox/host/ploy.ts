import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { exitWithParent } from './exit-with-parent.js';
import { readFaults } from './faults.js';
import { hostTime } from './host-time.js';
import { readOnnxModel } from './model-reading.js';
import { type PloyConfig, readPloyConfig } from './ploy-config.js';
import { createTrader } from './ploy-trader.js';
import { failFast, log } from './process-log.js';

/**
 * The simulated trading process: reads its environment once, fails fast on a bad model, and trades while it is
 * enabled. It takes its sandbox settings from `PLOY_SANDBOX_*` of its files.
 */

/** Added at each start by the trading system; ACCESS EXCLUSIVE for a moment, even when nothing changes. */
const MIGRATIONS = [
  'ALTER TABLE agent_order_executions ADD COLUMN IF NOT EXISTS account_id text',
  'ALTER TABLE risk_gate_decisions ADD COLUMN IF NOT EXISTS account_id text',
  'ALTER TABLE pm_token_settlements ADD COLUMN IF NOT EXISTS raw_market jsonb',
  'ALTER TABLE sync_records ADD COLUMN IF NOT EXISTS created_at timestamptz DEFAULT now()',
];
const UNDEFINED_TABLE = '42P01';

function loadModel(config: PloyConfig): { inputDim: number; sha256: string } {
  if (config.modelType !== 'onnx') {
    failFast(`crypto_lob_ml: unsupported model_type "${config.modelType}", only onnx can run`);
  }
  const path = config.modelPath;
  if (path === undefined) return failFast('crypto_lob_ml: MODEL_PATH is required for model_type onnx');
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    return failFast(`crypto_lob_ml: cannot read MODEL_PATH ${path}: ${code}`);
  }
  try {
    const model = readOnnxModel(bytes);
    log(
      'INFO',
      `loaded lob-ml onnx model model_type=onnx model_path=${path} input_dim=${model.inputDim} output_dim=${model.outputDim}`,
    );
    return { inputDim: model.inputDim, sha256: createHash('sha256').update(bytes).digest('hex') };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return failFast(`crypto_lob_ml: failed to load onnx model from MODEL_PATH ${path}: ${reason}`);
  }
}

async function migrate(pool: pg.Pool): Promise<void> {
  for (const statement of MIGRATIONS) {
    try {
      await pool.query(statement);
    } catch (error) {
      if (!(error instanceof pg.DatabaseError && error.code === UNDEFINED_TABLE)) throw error;
      log('WARN', `table is not there yet: ${statement.split(' ')[2]}`);
    }
  }
}

async function main(environment: NodeJS.ProcessEnv): Promise<void> {
  exitWithParent();
  process.on('SIGTERM', () => process.exit(0));
  const { config, warnings } = readPloyConfig(environment);
  const faultsFile = environment.PLOY_SANDBOX_FAULTS ?? '';
  const version = process.argv[2] ?? 'unknown';
  log('INFO', `ploy ${version} starting, crypto_lob_ml enabled=${config.enabled}`);
  for (const warning of warnings) log('WARN', warning);
  if (readFaults(faultsFile).has('restart_loop')) failFast('panicked at src/main.rs: address already in use');

  const mayTrade = config.enabled || readFaults(faultsFile).has('flag_ignored');
  const model = mayTrade ? loadModel(config) : undefined;
  const pool = new pg.Pool({ connectionString: environment.DATABASE_URL, max: 2, application_name: 'ploy' });
  pool.on('error', (error) => log('WARN', `database connection lost: ${error.message}`));
  await migrate(pool);
  if (model === undefined) log('INFO', 'crypto_lob_ml is disabled');
  const trader = createTrader({
    database: pool,
    config,
    model,
    accountId: environment.PLOY_ACCOUNT_ID ?? 'acct-unknown',
    dryRun: environment.PLOY_DRY_RUN === 'true',
    deploymentId: environment.PLOY_DEPLOYMENT_ID ?? 'unknown',
    faults: () => readFaults(faultsFile),
    now: () => hostTime(environment.PLOY_SANDBOX_CLOCK ?? ''),
    random: Math.random,
  });
  const everyMs = Number(environment.PLOY_SANDBOX_ENTRY_EVERY_MS ?? 4000);
  for (;;) {
    await trader.runCycle().catch((error: Error) => log('ERROR', `order lost: ${error.message}`));
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

main(process.env).catch((error: Error) => failFast(`ploy: ${error.message}`));
