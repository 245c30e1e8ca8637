import type { Person } from '../src/domain/person.js';
import { typedName } from './blocks.js';

/** A mention on Slack; the account's name for somebody in a terminal. */
export const person = ({ id, name, surface }: Person): string =>
  surface === 'slack' ? `<@${id}>` : typedName(name);
