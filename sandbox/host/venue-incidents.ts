import type { Incident } from './incident.js';
import { inSession } from './incident-session.js';
import { accountOf } from './trading-data/strategy.js';
import { type PlacedOrders, placeOrders, setVenueFault, takeOrders, type VenueFault } from './venue-book.js';

type Text = Pick<Incident, 'title' | 'description'>;

const NO_ORDERS = { resting: 0, partly: 0, unrecorded: 0, fillsInSecs: 300 };

/** What goes wrong where the orders of a target rest. A halt shows each. */
export function venueIncidents(target: string, databaseUrl: string): Incident[] {
  const account = accountOf(target);
  const incident = (id: string, text: Text, placed: PlacedOrders, fault?: VenueFault): Incident => ({
    id,
    ...text,
    begin: () =>
      inSession(databaseUrl, async (client) => {
        if (fault !== undefined) await setVenueFault(client, account, fault, true);
        await placeOrders(client, account, id, placed);
      }),
    end: () =>
      inSession(databaseUrl, async (client) => {
        if (fault !== undefined) await setVenueFault(client, account, fault, false);
        await takeOrders(client, account, id);
      }),
  });
  return [
    incident(
      'orders_rest',
      {
        title: 'Orders rest at the venue',
        description:
          'Three entries rest, one of them filled in part. In five minutes they fill, unless they are cancelled.',
      },
      { ...NO_ORDERS, resting: 2, partly: 1 },
    ),
    incident(
      'cancel_fails',
      {
        title: 'Cancel fails',
        description: 'Two entries rest, and the venue refuses to cancel them. From two minutes on they fill.',
      },
      { ...NO_ORDERS, resting: 2, fillsInSecs: 120 },
      'cancel_fails',
    ),
    incident(
      'fill_unrecorded',
      {
        title: 'Venue and records disagree',
        description: 'An order was filled at the venue, and the records still call it open.',
      },
      { ...NO_ORDERS, unrecorded: 1 },
    ),
    incident(
      'venue_garbles',
      {
        title: 'Venue answers with an error',
        description: 'Its program prints an error text and ends as if all were well.',
      },
      NO_ORDERS,
      'venue_garbles',
    ),
    incident(
      'venue_hangs',
      {
        title: 'Venue does not answer',
        description: 'Its program hangs, and does not end on SIGTERM.',
      },
      NO_ORDERS,
      'venue_hangs',
    ),
  ];
}
