import { canonicalJson } from '../domain/canonical-json.js';
import { hostKindOf } from '../hosts/kinds/kind-registry.js';
import type { TargetHost } from '../hosts/kinds/target-host.js';

/** Whether two hosts of the targets file are one machine, as far as their connections can tell. */
export const isSameMachine = (one: TargetHost, other: TargetHost): boolean =>
  machineOf(one) === machineOf(other);

const machineOf = ({ name, connection }: TargetHost): string =>
  hostKindOf(name, connection).machine(connection);

/** Whether they are one service: whoever restarts the one restarts the other. */
export const isSameService = (one: TargetHost, other: TargetHost): boolean =>
  isSameMachine(one, other) && serviceOf(one) === serviceOf(other);

function serviceOf({ service, connection }: TargetHost): string {
  if (service.manager === 'command') return canonicalJson([service.status, service.restart, service.stop]);
  // A person's own manager is another one for each account.
  return canonicalJson([service.unit, service.userManager ? connection : '']);
}

/** As a person knows a service. */
export const serviceName = ({ service }: Pick<TargetHost, 'service'>): string =>
  service.manager === 'systemd' ? service.unit : service.restart.join(' ');
