import type { Person } from '../src/domain/person.js';

/** `2026-01-01 14:03:52 UTC`. */
export const moment = (rfc3339: string): string => `${rfc3339.slice(0, 19).replace('T', ' ')} UTC`;

export const named = ({ name, id, surface }: Person): string =>
  surface === 'slack' ? `${name} (${id})` : name;
