import type { Person } from '../domain/person.js';
import type { Target } from '../runbook/targets.js';

type Channels = NonNullable<Target['channels']>;

/** Where a channel refuses, the other one gets it, and then the person who asked. */
const inTurn = (channel: string, other: string, { surface, id }: Person) => ({
  channel,
  elsewhere: [other, ...(surface === 'slack' ? [id] : [])],
});
export const loudly = ({ incidents, reports }: Channels, person: Person) =>
  inTurn(incidents, reports, person);
export const quietly = ({ incidents, reports }: Channels, person: Person) =>
  inTurn(reports, incidents, person);
