import { randomBytes } from 'node:crypto';
import { deadManTrial } from './dead-man.js';
import { type CallOptions, HostError, type ServiceManager } from './host.js';

type DeadManTrial =
  | { readonly kind: 'holds' }
  | { readonly kind: 'not_configured' }
  /** The host said no: `error` says how. */
  | { readonly kind: 'refused'; readonly error: HostError }
  /** It did not answer, or not so that anybody can tell. */
  | { readonly kind: 'unknown'; readonly error: HostError };

/** Whether a host can hold a dead man: one that does nothing is armed for tomorrow, seen, and disarmed. */
export async function tryDeadMan(
  host: string,
  { deadMan }: Pick<ServiceManager, 'deadMan'>,
  call: CallOptions,
): Promise<DeadManTrial> {
  if (deadMan === undefined) return { kind: 'not_configured' };
  const order = deadManTrial(randomBytes(8).toString('hex'));
  try {
    await deadMan.arm(order, call);
    const seen = await deadMan.look(order.name, call);
    await deadMan.disarm(order.name, call);
    if (seen.kind === 'armed') return { kind: 'holds' };
    const error = new HostError('unreadable_answer', { code: 'host_dead_man_unseen', facts: { host } });
    return { kind: 'refused', error };
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    const saidNo =
      error.exitCode !== undefined || error.code === 'not_found' || error.code === 'command_failed';
    return { kind: saidNo ? 'refused' : 'unknown', error };
  }
}
