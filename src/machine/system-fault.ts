import type { SystemFault } from '../domain/system-fault.js';
import { errnoOf } from './errno.js';

/** What the operating system refused; undefined: it is no such error. */
export function systemFaultOf(error: unknown): SystemFault | undefined {
  const errno = errnoOf(error);
  if (errno === undefined || !/^E[A-Z0-9]+$/.test(errno) || errno.startsWith('ERR_')) return undefined;
  const { syscall, path, address, port } = error as Readonly<Record<string, unknown>>;
  const text = (value: unknown) =>
    typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  const place = [text(address), text(port)].filter((part) => part !== '').join(' ');
  return { errno, call: text(syscall), subject: text(path) || place };
}
