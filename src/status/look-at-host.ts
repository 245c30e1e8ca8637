import { readHostEnvironment } from '../checks/context/host-environment.js';
import type { HostErrorCode } from '../domain/host-fault.js';
import type { FileAndProcess, HostStatus, ModelState } from '../domain/target-status.js';
import { shownInFile, shownInProcess } from '../hosts/environment/concealed-value.js';
import { type Host, HostError } from '../hosts/host.js';
import type { TargetHost } from '../hosts/kinds/target-host.js';

/** A person waits for the answer: a host that takes longer is shown as unreachable. */
const HOST_TIMEOUT_MS = 3_000;

/** The part of a host that is looked at. */
export interface VisibleHost extends Pick<Host, 'name' | 'readFile' | 'sha256'> {
  readonly service: Pick<Host['service'], 'status' | 'processEnvironment'>;
}

interface StatusNames {
  /** Full names of variables, with the strategy's prefix. */
  readonly flag: string;
  /** undefined: the strategy has no model. */
  readonly modelPath: string | undefined;
  readonly modelVersion: string | undefined;
}

/** What stands on one host, within `HOST_TIMEOUT_MS`. Never throws a HostError: it is an answer. */
export async function lookAtHost(
  host: VisibleHost,
  settings: TargetHost,
  names: StatusNames,
): Promise<HostStatus> {
  const signal = AbortSignal.timeout(HOST_TIMEOUT_MS);
  try {
    return await within(look(host, settings, names, signal), host.name, signal);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    return { kind: 'unreachable', host: host.name, code: error.code };
  }
}

async function look(
  host: VisibleHost,
  settings: TargetHost,
  names: StatusNames,
  signal: AbortSignal,
): Promise<HostStatus> {
  const call = { timeoutMs: HOST_TIMEOUT_MS, signal };
  const [{ effective }, status] = await Promise.all([
    readHostEnvironment(host, settings, call),
    host.service.status(call),
  ]);
  const asked = [names.flag, names.modelVersion].flatMap((name) => name ?? []);
  const [running, model] = await Promise.all([
    status.mainPid === 0 ? undefined : host.service.processEnvironment(status.mainPid, asked, call),
    lookAtModel(host, shownInFile(effective.get(names.modelPath ?? '')) ?? '', call),
  ]);
  const both = (name: string): FileAndProcess => ({
    file: shownInFile(effective.get(name)) ?? undefined,
    ...(running === undefined
      ? {}
      : { process: { value: shownInProcess(running.get(name), effective.get(name)) ?? undefined } }),
  });
  return {
    kind: 'read',
    host: host.name,
    service: {
      state: status.activeState,
      pid: status.mainPid,
      since: status.mainPid === 0 ? undefined : status.activeSince?.toISOString(),
      restarts: status.restarts,
    },
    flag: both(names.flag),
    modelVersion: both(names.modelVersion ?? ''),
    model,
  };
}

async function lookAtModel(
  host: VisibleHost,
  path: string,
  call: { timeoutMs: number; signal: AbortSignal },
): Promise<ModelState> {
  if (path === '') return { kind: 'unknown', path: '', because: 'not_set' };
  const unknown = (because: HostErrorCode): ModelState => ({ kind: 'unknown', path, because });
  try {
    return { kind: 'file', path, sha256: await host.sha256(path, call) };
  } catch (error) {
    if (error instanceof HostError) return unknown(error.code);
    throw error;
  }
}

function within<T>(work: Promise<T>, host: string, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new HostError('timeout', { code: 'host_silent', facts: { host } }));
    signal.addEventListener('abort', late, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', late));
  });
}
