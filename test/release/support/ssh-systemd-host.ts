import { copyFile, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { writeStaging } from '../../../sandbox/host/host-layout.js';
import { strategyOf } from '../../../sandbox/host/host-strategy.js';
import { type Sshd, startSshd } from '../../support/sshd.js';
import { startUserSystemd, type UserSystemd } from '../../support/systemd.js';

export const UNIT = 'ploy-crypto-live.service';
/** With this version the service ends at once. */
export const BROKEN_VERSION = 'lob-tcn-broken';

/** One trading host: a real unit of a real systemd, reached through a real sshd that sees this systemd alone. */
export interface SshSystemdHost {
  readonly systemd: UserSystemd;
  readonly environmentFile: string;
  readonly models: string;
  /** The files for the bot. */
  readonly runbookFile: string;
  readonly targetsFile: string;
  /** Nobody reaches the host any more. */
  cutNetwork(): Promise<void>;
  end(): Promise<void>;
}

const RUNBOOK = `
strategy: crypto_lob_ml
agentId: crypto_lob_ml
envPrefix: PLOY_CRYPTO_LOB_ML__
flag: { variable: ENABLED }
model: { path: MODEL_PATH, version: MODEL_VERSION, type: MODEL_TYPE }
params: {}
startLog:
  loadedLine: [loaded lob-ml onnx model, 'model_path={MODEL_PATH}']
  errorLines: ['\\berror\\b.*MODEL_PATH']
  withinSecs: 20
variables:
  ENABLED: { type: boolean, default: false }
  MODEL_TYPE: { type: enum, values: { onnx: [] }, default: onnx }
  MODEL_PATH: { type: path }
  MODEL_VERSION: { type: text }
sections:
  - id: '2.1'
    title: { en: Configuration, zh-CN: 配置 }
    kind: [precheck]
    checks:
      - id: env.enabled
        title: { en: ENABLED, zh-CN: ENABLED }
        env: ENABLED
        pass: rows.all(r, r.value == true)
        fail: rows.exists(r, r.value == false)
      - id: model.file
        title: { en: Model file, zh-CN: 模型文件 }
        model: MODEL_PATH
        timeoutMs: 20000
        pass: rows.all(r, r.has_meta)
        fail: rows.exists(r, !r.has_meta)
  - id: '4.0'
    title: { en: The process, zh-CN: 进程 }
    kind: [verify]
    checks:
      - id: env.running_process
        title: { en: Running process, zh-CN: 运行中的进程 }
        process: environment
        pass: rows.all(r, r.agrees)
        fail: rows.exists(r, !r.agrees)
      - id: service.started
        title: { en: Proof of start, zh-CN: 启动证明 }
        service: started
        timeoutMs: 15000
        pass: rows.all(r, r.stable && r.model_loaded)
        fail: rows.exists(r, r.fault != "")
`;

/** As the strategy: says which model it has loaded, or why not, and ends at once then. */
const SERVICE = `#!/bin/sh
say() { printf 'MESSAGE=%s\\nUSER_UNIT=${UNIT}\\nSYSLOG_IDENTIFIER=ploy\\n' "$1" | logger --journald; }
model=$PLOY_CRYPTO_LOB_ML__MODEL_PATH
if [ "$PLOY_CRYPTO_LOB_ML__MODEL_VERSION" = ${BROKEN_VERSION} ]; then
  say "error: MODEL_PATH $model has an unknown operator"
  exit 3
fi
[ "$PLOY_CRYPTO_LOB_ML__ENABLED" = false ] ||
  say "loaded lob-ml onnx model model_type=onnx model_path=$model input_dim=8 output_dim=1"
exec sleep 600
`;

// The deadline comes before the test gives up: whatever a release waits for, it ends, and says in which state.
const WATCH = { checkpointMinutes: [0.05, 0.1], confirmMinutes: 2.5 };

export async function createSshSystemdHost(watch: object = WATCH): Promise<SshSystemdHost> {
  const systemd = await startUserSystemd();
  const sshd = await startSshd({
    within: systemd.enter,
    environment: { XDG_RUNTIME_DIR: '/run/user/0' },
  });
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'lobml-host-')));
  const file = (...names: string[]) => join(folder, ...names);
  const [models, staging] = [file('models'), file('staging')];
  const layers = [file('.env'), file('env', 'crypto-live.env')] as const;
  await mkdir(models);
  await mkdir(file('env'));
  await writeStaging(staging, strategyOf('live'), { databaseUrl: '', programPath: '', now: new Date() });
  await copyFile(join(staging, 'lob_tcn_5m_v4.onnx'), join(models, 'lob_tcn_5m_v3.onnx'));
  await writeFile(layers[0], 'PRIVATE_KEY=0xdeadbeef\n', { mode: 0o600 });
  await writeFile(layers[1], environmentText(join(models, 'lob_tcn_5m_v3.onnx')));
  await writeFile(file('ploy'), SERVICE, { mode: 0o755 });
  await startUnit(systemd, layers, file('ploy'));
  await writeFile(file('runbook.yaml'), RUNBOOK);
  await writeFile(file('targets.yaml'), targetsText(sshd, { models, staging, layers, watch }));
  let isCut = false;
  const cutNetwork = async () => {
    if (!isCut) await sshd.stop();
    isCut = true;
  };
  return {
    systemd,
    environmentFile: layers[1],
    models,
    runbookFile: file('runbook.yaml'),
    targetsFile: file('targets.yaml'),
    cutNetwork,
    async end() {
      await cutNetwork();
      await systemd.stop();
      await rm(folder, { recursive: true });
    },
  };
}

const environmentText = (model: string) =>
  [
    '# the strategy of this host',
    'OTHER=unrelated',
    'PLOY_CRYPTO_LOB_ML__ENABLED=true',
    `PLOY_CRYPTO_LOB_ML__MODEL_PATH="${model}"`,
    'PLOY_CRYPTO_LOB_ML__MODEL_VERSION=lob-tcn-5m-v3',
    '',
  ].join('\n');

async function startUnit(systemd: UserSystemd, layers: readonly string[], program: string): Promise<void> {
  const unit = [
    '[Service]',
    ...layers.map((path) => `EnvironmentFile=-${path}`),
    `ExecStart=${program}`,
    'Restart=always',
    'RestartSec=1',
    '',
  ];
  await writeFile(join(systemd.unitFolder, UNIT), unit.join('\n'));
  for (const words of [['daemon-reload'], ['start', UNIT]]) {
    const { exitCode, stderr } = await systemd.runner.run(['systemctl', '--user', ...words]);
    if (exitCode !== 0) throw new Error(stderr.toString());
  }
}

function targetsText(
  sshd: Sshd,
  host: {
    readonly models: string;
    readonly staging: string;
    readonly layers: readonly string[];
    readonly watch: object;
  },
): string {
  const live = {
    staging: host.staging,
    approval: { quorum: 2, groups: ['S0TRADING', 'S0RISK'] },
    watch: host.watch,
    channels: { reports: 'C0RELEASES', incidents: 'C0INCIDENTS' },
    hosts: [
      {
        name: 'live-1',
        connection: { ssh: { address: sshd.address, configFile: sshd.configFile } },
        service: { manager: 'systemd', unit: UNIT, userManager: true, restartSecs: 1 },
        environmentFiles: host.layers.map((path) => `-${path}`),
        models: host.models,
      },
    ],
  };
  return stringify({
    defaultTarget: 'live',
    roles: { requesters: ['U0ALICE'], operators: ['U0CAROL'] },
    groups: { S0TRADING: ['U0ALICE', 'U0CAROL'], S0RISK: ['U0BOB'] },
    targets: { live },
  });
}
