import { readFileSync } from 'node:fs';
import pg from 'pg';
import { cancelOrders, closePositions, faultsOf, openOrders, positions, settleDue } from './venue-book.js';

/**
 * The venue's client on a simulated host, as `ploy pm …` would be: `venue ENVIRONMENT_FILE ACCOUNT VERB`. Prints JSON; exits 0,
 * or 1 with the reason on stderr. Its book stands beside the trading system's tables.
 */
async function main([file = '', account = '', verb = '']: readonly string[]): Promise<void> {
  const url = /^DATABASE_URL='(.*)'$/m.exec(readFileSync(file, 'utf8'))?.[1];
  const client = new pg.Client({ connectionString: url, application_name: 'venue' });
  await client.connect();
  try {
    const faults = await faultsOf(client, account);
    // As a program behind a dead network: it ends by nothing but SIGKILL.
    if (faults.has('venue_hangs')) await hang();
    if (faults.has('venue_garbles')) return print('error: 503 Service Unavailable');
    await settleDue(client, account);
    switch (verb) {
      case 'orders':
        return print(JSON.stringify({ data: await openOrders(client, account) }));
      case 'positions':
        return print(JSON.stringify(await positions(client, account)));
      case 'cancel-all':
        if (faults.has('cancel_fails')) return fail('cancel rejected: matching engine is read-only');
        return print(JSON.stringify({ canceled: await cancelOrders(client, account), not_canceled: {} }));
      case 'close-all':
        return print(JSON.stringify({ closed: await closePositions(client, account) }));
      default:
        return fail('usage: venue FILE ACCOUNT orders|positions|cancel-all|close-all');
    }
  } finally {
    await client.end();
  }
}

function hang(): Promise<never> {
  process.on('SIGTERM', () => undefined);
  return new Promise(() => setInterval(() => undefined, 1_000));
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function fail(reason: string): void {
  process.stderr.write(`venue: ${reason}\n`);
  process.exitCode = 1;
}

main(process.argv.slice(2)).catch((error: unknown) =>
  fail(error instanceof Error ? error.message : 'failed'),
);
