import { HostError } from '../host.js';
import type { HostKind } from '../host-kind.js';
import { localKind } from '../local/local-kind.js';
import { sshKind } from '../ssh/ssh-kind.js';
import type { HostConnection } from './connection-schema.js';

/** Every kind of host, each from its own folder. A new one is one more line here. */
const HOST_KINDS = [localKind, sshKind] as const;

/**
 * The kind of a connection. One that is not known is refused: whatever is meant by it, it is not this machine.
 * @param host its name in the targets file
 * @throws HostError `not_configured`
 */
export function hostKindOf(host: string, connection: HostConnection): HostKind<HostConnection> {
  const found = HOST_KINDS.find(({ kind }) => kind === connection?.kind);
  if (found !== undefined) return found;
  const facts = { host, kind: String(connection?.kind) };
  throw new HostError('not_configured', { code: 'host_kind_unknown', facts });
}
