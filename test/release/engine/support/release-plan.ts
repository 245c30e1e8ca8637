import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { TradingHost } from '../../../../sandbox/host/service-commands.js';
import type { TradingHosts } from '../../../../sandbox/host/trading-host.js';
import type { ArtefactPlan, HostPlan, ReleasePlan } from '../../../../src/domain/release-plan.js';

export const PREFIX = 'PLOY_CRYPTO_LOB_ML__';
export const NEW_VERSION = 'lob-tcn-5m-v4';

export async function sha256Of(path: string): Promise<string> {
  const bytes = await readFile(path).catch(() => undefined);
  return bytes === undefined ? '' : createHash('sha256').update(bytes).digest('hex');
}

async function artefact(folder: string, name: string): Promise<ArtefactPlan> {
  const path = join(folder, name);
  return { name, sha256: await sha256Of(path), size: (await stat(path)).size };
}

async function hostPlan(host: TradingHost, armed: boolean): Promise<HostPlan> {
  const modelPath = join(host.modelsFolder, 'lob_tcn_5m_v4.onnx');
  return {
    host: host.name,
    modelPath,
    binaryPath: host.binaryPath,
    presentModelSha256: await sha256Of(modelPath),
    presentBinarySha256: await sha256Of(host.binaryPath),
    layers: await Promise.all(
      host.environmentFiles.map(async (path) => ({ path, sha256: await sha256Of(path) })),
    ),
    writtenFile: host.environmentFiles[1],
    changes: [
      { variable: `${PREFIX}MODEL_PATH`, before: host.modelPath, after: modelPath },
      { variable: `${PREFIX}MODEL_VERSION`, before: 'lob-tcn-5m-v3', after: NEW_VERSION },
    ],
    drift: [],
    undeclared: undefined,
    sinceConfirmed: undefined,
    withoutDeadMan: armed ? undefined : 'not_configured',
  };
}

/**
 * The model and the program of the staging folder, on these hosts; the first is the canary.
 * @param armed whether the hosts hold a dead man
 */
export async function planFor(
  trading: TradingHosts,
  hosts: readonly TradingHost[],
  target: string,
  armed = false,
): Promise<ReleasePlan> {
  return {
    strategy: 'crypto_lob_ml',
    target,
    reason: 'a better model',
    model: await artefact(trading.stagingFolder, 'lob_tcn_5m_v4.onnx'),
    binary: await artefact(trading.stagingFolder, 'ploy-0.9.4'),
    hosts: await Promise.all(hosts.map((host) => hostPlan(host, armed))),
    runbookSha256: 'r'.repeat(64),
    policySha256: 'p'.repeat(64),
  };
}
