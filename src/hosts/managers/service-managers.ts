import { HostError, type ServiceManager } from '../host.js';
import { commandManager } from './command-manager.js';
import type { CommandOfVerb, ServiceKind, ServiceParts } from './service-kind.js';
import type { ServiceSettings } from './service-schema.js';
import { systemdManager } from './systemd-manager.js';

/** Every way to drive a service, each in its own file. A new one is one more line here. */
const SERVICE_KINDS = [systemdManager, commandManager] as const;

export function createServiceManager(service: ServiceSettings, parts: ServiceParts): ServiceManager {
  return kindOf(parts.runner.host, service).create(service, parts);
}

/** What a person types on the host, as lists of words. */
export function serviceCommandsByHand(host: string, service: ServiceSettings): CommandOfVerb {
  return kindOf(host, service).byHand(service);
}

/** The commands of a halt as they are run, word for word: restart, stop, kill. */
export function serviceActs(host: string, service: ServiceSettings): readonly (readonly string[])[] {
  return kindOf(host, service).acts(service);
}

/** @throws HostError `not_configured` for a manager that is not known. */
function kindOf(host: string, service: ServiceSettings): ServiceKind<ServiceSettings> {
  const found = SERVICE_KINDS.find(({ manager }) => manager === service.manager);
  if (found !== undefined) return found;
  const facts = { host, manager: String(service.manager) };
  throw new HostError('not_configured', { code: 'host_manager_unknown', facts });
}
