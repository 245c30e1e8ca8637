import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deadManText } from './host-dead-man.js';
import { type HostStrategy, strategyOf } from './host-strategy.js';
import { encodeLogisticModel, type LogisticModel } from './model.js';
import { FEATURES, type ModelMeta } from './model-meta.js';
import { accountOf } from './trading-data/strategy.js';

/** Where the files of one simulated host stand: the folder is its `/opt/ploy`. */
export interface HostLayout {
  readonly name: string;
  /** `live`, `dryrun`: names the environment file. */
  readonly workload: string;
  readonly strategy: HostStrategy;
  readonly folder: string;
  /** In order: later ones win. The first holds secrets. */
  readonly environmentFiles: readonly [string, string];
  readonly modelsFolder: string;
  readonly modelPath: string;
  readonly binaryPath: string;
  /** The client of the venue, as an operator's own script would be. */
  readonly venuePath: string;
  /** The host's remote control, as an operator's own script would be. */
  readonly controlPath: string;
  readonly journalPath: string;
  readonly appliedStepsPath: string;
  readonly faultsPath: string;
  /** By how many seconds the host's clock is wrong; see host-time.ts. */
  readonly clockPath: string;
}

export function layOut(folder: string, name: string): HostLayout {
  const home = join(folder, name);
  const workload = name.replace(/-\d+$/, '');
  const strategy = strategyOf(workload);
  const modelsFolder = join(home, 'models', 'crypto');
  return {
    name,
    workload,
    strategy,
    folder: home,
    environmentFiles: [join(home, '.env'), join(home, 'env', `crypto-${workload}.env`)],
    modelsFolder,
    modelPath: join(modelsFolder, strategy.model),
    binaryPath: join(home, 'bin', 'ploy'),
    venuePath: join(home, 'bin', 'venue'),
    controlPath: join(home, 'bin', 'hostctl'),
    journalPath: join(home, 'log', 'journal.log'),
    appliedStepsPath: join(home, 'log', 'applied-steps.jsonl'),
    faultsPath: join(home, 'run', 'faults.json'),
    clockPath: join(home, 'run', 'clock-ahead-secs'),
  };
}

/** The model that the hosts run at first; it follows the book's imbalance and the momentum. */
const FIRST_MODEL: LogisticModel = { weights: [0.9, 0.4, -0.02, 0.008, -0.008, 0.6, 1.5, 0.8], bias: 0.02 };
const NEXT_MODEL: LogisticModel = { weights: [1.1, 0.5, -0.01, 0.009, -0.009, 0.7, 1.7, 0.9], bias: 0.01 };

function metaOf(version: string, trainedAt: Date, accuracy: number): ModelMeta {
  const from = new Date(trainedAt.getTime() - 336 * 3_600_000);
  return {
    version,
    horizon: '5m',
    input_dim: FEATURES.length,
    features: [...FEATURES],
    metrics: { 'acc_at_0.5': accuracy, brier: 0.2391, log_loss: 0.6708, auc: accuracy + 0.022 },
    rows: 1_209_600,
    trained_from: from.toISOString(),
    trained_to: trainedAt.toISOString(),
    trained_at: trainedAt.toISOString(),
  };
}

/** Writes `PATH` and beside it `NAME.meta.json`. */
export async function writeModel(path: string, model: LogisticModel, meta: ModelMeta): Promise<void> {
  await writeFile(path, encodeLogisticModel(model));
  await writeFile(path.replace(/\.onnx$/, '.meta.json'), `${JSON.stringify(meta, null, 2)}\n`);
}

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/**
 * `hostctl status|processes|logs|current|clock|dead-man|start|stop|restart|environ`. Looks are taken many times a second while a restart is
 * watched, and a Node started for each would cost more than all they look at: so a shell reads the files.
 */
export function hostctlText(host: HostLayout, socket: SupervisorSocket): string {
  return `#!/bin/sh
# The remote control of ${host.name} (simulated).
case "$1 $2" in
'status ' | 'current ')
  IFS='=' read -r _ supervisor 2>/dev/null <${quote(socket.statusPath)}
  # A supervisor that is frozen answers nobody.
  while read -r _ _ state _ 2>/dev/null <"/proc/$supervisor/stat" && [ "$state" = T ]; do sleep 0.1; done
  kill -0 "$supervisor" 2>/dev/null || {
    echo 'hostctl: the supervisor does not answer' >&2
    exit 1
  }
  exec cat ${quote(socket.statusPath)} ;;
'processes ')
  IFS='=' read -r _ supervisor 2>/dev/null <${quote(socket.statusPath)}
  # All that the supervisor has started and that has not ended, where the machine tells.
  cat "/proc/$supervisor/task/"*/children 2>/dev/null || sed -n 's/^MainPID=//p' ${quote(socket.statusPath)} | grep -v '^0$'
  exit 0 ;;
'logs --since')
  [ -e ${quote(host.journalPath)} ] || exit 0
  exec env LC_ALL=C awk -v since="$3" '$1 >= since' ${quote(host.journalPath)} ;;
'clock ')
  read -r ahead 2>/dev/null <${quote(host.clockPath)} || ahead=0
  # The host has a clock of its own, whatever whoever asks has been made to believe.
  unset LD_PRELOAD
  [ "$ahead" = 0 ] && exec date +%s.%N
  exec date --date="$ahead seconds" +%s.%N ;;
'dead-man arm' | 'dead-man disarm' | 'dead-man status')
${deadManText(quote(join(host.folder, 'run')), quote(socket.statusPath))} ;;
esac
exec ${quote(process.execPath)} ${quote(socket.clientPath)} --socket ${quote(socket.socketPath)} "$@"
`;
}

/** `venue orders|positions|cancel-all|close-all`. @param programPath the compiled client */
export const venueText = (host: HostLayout, programPath: string): string =>
  `#!/bin/sh
# The venue, as ${host.name} asks it (simulated).
exec ${[process.execPath, programPath, host.environmentFiles[0], accountOf(host.workload)].map(quote).join(' ')} "$@"
`;

/** What the remote control needs of a supervisor. */
export interface SupervisorSocket {
  readonly socketPath: string;
  readonly statusPath: string;
  /** The compiled `hostctl`. */
  readonly clientPath: string;
}

/**
 * The installed program: a script, so that a deployed one is really run. `programPath` is what it hands over to.
 */
export function binaryText(version: string, programPath: string): string {
  return `#!/bin/sh\n# ploy ${version} (simulated)\nexec ${quote(process.execPath)} ${quote(programPath)} ${quote(version)} "$0"\n`;
}

function secretsText(host: HostLayout, { databaseUrl, entryEveryMs = 4000 }: LayoutOptions): string {
  return [
    '# Secrets of this host. Do not share.',
    `POLYMARKET_PRIVATE_KEY=0x${randomBytes(32).toString('hex')}`,
    `PLOY_DATABASE__PASSWORD="${randomBytes(12).toString('base64url')}"`,
    `DATABASE_URL='${databaseUrl}'`,
    `PLOY_ACCOUNT_ID=${accountOf(host.workload)}`,
    `PLOY_DRY_RUN=${host.workload.includes('dry')}`,
    'RUST_LOG=info',
    `PLOY_DEPLOYMENT_ID=${host.name}`,
    `PLOY_SANDBOX_FAULTS=${host.faultsPath}`,
    `PLOY_SANDBOX_CLOCK=${host.clockPath}`,
    `PLOY_SANDBOX_ENTRY_EVERY_MS=${entryEveryMs}`,
    '',
  ].join('\n');
}

function strategyText(host: HostLayout): string {
  const { name, environmentPrefix, lines } = host.strategy;
  const texts = lines(host.modelPath).map((line) =>
    typeof line === 'string' ? line : `${environmentPrefix}${line[0]}=${line[1]}`,
  );
  return [`# ${name} on ${host.name}`, ...texts, ''].join('\n');
}

export interface LayoutOptions {
  readonly databaseUrl: string;
  /** The compiled trading process. */
  readonly programPath: string;
  /** 4 s unless given. */
  readonly entryEveryMs?: number | undefined;
  readonly now: Date;
}

/** Writes a host's files as an installation leaves them. */
export async function writeHostFiles(host: HostLayout, options: LayoutOptions): Promise<void> {
  for (const folder of ['env', 'models/crypto', 'bin', 'log', 'run']) {
    await mkdir(join(host.folder, folder), { recursive: true });
  }
  const [secrets, strategy] = host.environmentFiles;
  await writeFile(secrets, secretsText(host, options), { mode: 0o600 });
  await writeFile(strategy, strategyText(host), { mode: 0o640 });
  const trainedAt = new Date(options.now.getTime() - 2 * 86_400_000);
  await writeModel(host.modelPath, FIRST_MODEL, metaOf(host.strategy.modelVersion, trainedAt, 0.561));
  await writeFile(host.binaryPath, binaryText('0.9.3', options.programPath), { mode: 0o755 });
}

/** What waits for a deploy on the bot's machine. */
export async function writeStaging(
  folder: string,
  { waiting }: Pick<HostStrategy, 'waiting'>,
  options: LayoutOptions,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const trainedAt = new Date(options.now.getTime() - 3 * 3_600_000);
  const meta = metaOf(waiting.modelVersion, trainedAt, 0.574);
  await writeModel(join(folder, waiting.model), NEXT_MODEL, meta);
  const program = binaryText('0.9.4', options.programPath);
  await writeFile(join(folder, waiting.program), program, { mode: 0o755 });
}
