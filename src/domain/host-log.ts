import type { HostFault } from './host-fault.js';

/** The newest log lines of a host's service since a release began there, redacted; or why nobody can read them. */
export type HostLog =
  | { readonly kind: 'lines'; readonly lines: readonly string[] }
  | { readonly kind: 'unreadable'; readonly fault: HostFault }
  /** The targets file does not have the host. */
  | { readonly kind: 'unknown' };
