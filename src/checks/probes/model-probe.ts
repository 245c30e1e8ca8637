import type { ObservedRow } from '../../domain/check-run.js';
import type { FaultCode } from '../../domain/fault.js';
import type { CheckContext, HostAccess, Probe, ProbeCall } from '../check-context.js';
import { lookAtEachHost } from './each-host.js';

const MAX_MODEL_BYTES = 512 * 1024 * 1024;

/**
 * The model file that a variable names, on each host: there, a regular file, readable by the service's account, not
 * empty, and an ONNX model. One row a host.
 */
export const probeModel: Probe<'model'> = async ({ variable }, context, call) => {
  const name = `${context.runbook.envPrefix}${variable}`;
  const { rows, gaps, hosts } = await lookAtEachHost(context, async (access) => [
    await modelRow(access, name, context, call),
  ]);
  const [sha256] = rows.flatMap((row) => (typeof row['sha256'] === 'string' ? [row['sha256']] : []));
  const evidence = { probe: 'model', hosts, ...(sha256 === undefined ? {} : { sha256 }) } as const;
  return { rows, gaps, evidence, observedAt: context.now().toISOString() };
};

async function modelRow(
  access: HostAccess,
  variable: string,
  context: CheckContext,
  call: ProbeCall,
): Promise<ObservedRow> {
  const { host, settings } = access;
  const path = (await access.environment()).effective.get(variable)?.value.trim() ?? '';
  const about = { host: host.name, path, size: null, sha256: null };
  const wrong = (fault: FaultCode, facts: ObservedRow = {}): ObservedRow => ({ ...about, ...facts, fault });
  if (!path.startsWith('/')) return wrong('model_path_unknown');

  const stat = await host.stat(path, call);
  if (stat === undefined) return wrong('file_missing');
  if (stat.kind !== 'file') return wrong('not_a_file');
  const models = settings.models === undefined ? undefined : await host.stat(settings.models, call);
  if (models !== undefined && !stat.realPath.startsWith(`${models.realPath}/`)) {
    return wrong('outside_models_folder', { real_path: stat.realPath, models: models.realPath });
  }
  const size = { size: stat.size, modified_at: stat.modifiedAt.toISOString() };
  if (stat.size === 0) return wrong('empty_file', size);
  const { user } = settings.service;
  if (user !== undefined && !(await host.readableBy(path, user, call))) {
    return wrong('not_readable', { ...size, user });
  }
  const file = await host.readFile(path, { ...call, maxBytes: MAX_MODEL_BYTES });
  if (file === undefined) return wrong('file_missing');
  const inspection = context.inspectModel(file.bytes, file.sha256);
  const facts = { ...size, sha256: file.sha256 };
  if (inspection.kind === 'not_onnx') return wrong('not_onnx', { ...facts, because: inspection.because });
  const { producer, opset, nodes, inputs, outputs } = inspection;
  return { ...about, ...facts, producer, opset, nodes, inputs, outputs, fault: '' };
}
