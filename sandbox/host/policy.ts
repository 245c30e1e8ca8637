import { existsSync } from 'node:fs';
import pg from 'pg';
import { exitWithParent } from './exit-with-parent.js';
import { readFaults } from './faults.js';
import { hostTime } from './host-time.js';
import { readPolicyConfig } from './policy-config.js';
import { createPolicyTrader } from './policy-trader.js';
import { failFast, log } from './process-log.js';

/**
 * The simulated process of the second strategy: reads its environment once, fails fast without its policy, and trades
 * while it is on. Its sandbox settings are those of `ploy.ts`.
 */
async function main(environment: NodeJS.ProcessEnv): Promise<void> {
  exitWithParent();
  process.on('SIGTERM', () => process.exit(0));
  const { trade, closeOnly, policyPath, policyVersion } = readPolicyConfig(environment);
  const faults = () => readFaults(environment.PLOY_SANDBOX_FAULTS ?? '');
  log(
    'INFO',
    `policy ${process.argv[2] ?? 'unknown'} starting, crypto_rl_policy trade=${trade} close_only=${closeOnly}`,
  );
  if (faults().has('restart_loop')) failFast('panicked at src/main.rs: address already in use');
  const mayTrade = trade || faults().has('flag_ignored');
  if (mayTrade && !existsSync(policyPath))
    failFast(`crypto_rl_policy: cannot read POLICY_PATH ${policyPath}`);
  log(
    'INFO',
    mayTrade
      ? `loaded policy policy_version=${policyVersion} policy_path=${policyPath}`
      : 'crypto_rl_policy is off',
  );

  const pool = new pg.Pool({
    connectionString: environment.DATABASE_URL,
    max: 1,
    application_name: 'policy',
  });
  pool.on('error', (error) => log('WARN', `database connection lost: ${error.message}`));
  const trader = createPolicyTrader({
    database: pool,
    policyVersion,
    closeOnly: () => closeOnly && !faults().has('flag_ignored'),
    accountId: environment.PLOY_ACCOUNT_ID ?? 'acct-unknown',
    dryRun: environment.PLOY_DRY_RUN === 'true',
    deploymentId: environment.PLOY_DEPLOYMENT_ID ?? 'unknown',
    now: () => hostTime(environment.PLOY_SANDBOX_CLOCK ?? ''),
    random: Math.random,
  });
  const everyMs = Number(environment.PLOY_SANDBOX_ENTRY_EVERY_MS ?? 4000);
  for (;;) {
    if (mayTrade)
      await trader.runCycle().catch((error: Error) => log('ERROR', `order lost: ${error.message}`));
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

main(process.env).catch((error: Error) => failFast(`policy: ${error.message}`));
