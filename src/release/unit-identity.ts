import { canonicalJson } from '../domain/canonical-json.js';
import type { HostPlan } from '../domain/release-plan.js';
import { type CallOptions, HostError, type ServiceManager } from '../hosts/host.js';
import { sha256Of } from '../machine/sha256.js';

/**
 * What a restart would start, as its manager has it loaded, and when a file of it was last changed.
 * @returns undefined: the manager does not tell. @throws HostError
 */
export async function unitIdentity(
  service: Pick<ServiceManager, 'definition'>,
  call: CallOptions,
): Promise<HostPlan['unit']> {
  const definition = await service.definition({ ...call, asksFiles: true });
  if (definition === undefined) return undefined;
  const { fragment, dropIns, variables, environmentFiles, command, filesChangedAt } = definition;
  const { path, words } = command ?? {};
  const changedAt = filesChangedAt?.toISOString();
  const told = { fragment, dropIns, variables, environmentFiles, path, words, changedAt };
  return { fragment, sha256: sha256Of(canonicalJson(told)) };
}

/** For a plan: where the host may not be asked, nothing is bound. @throws HostError where it does not answer */
export async function unitIdentityIfTold(
  service: Pick<ServiceManager, 'definition'>,
  call: CallOptions,
): Promise<HostPlan['unit']> {
  try {
    return await unitIdentity(service, call);
  } catch (error) {
    const isRefused =
      error instanceof HostError && ['command_failed', 'permission_denied'].includes(error.code);
    if (!isRefused) throw error;
    return undefined;
  }
}
