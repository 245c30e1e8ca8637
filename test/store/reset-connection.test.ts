import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { classifyDatabaseError } from '../../src/store/database-error.js';
import { openState } from '../../src/store/open-state.js';

const logger = { warn: () => {}, info: () => {}, error: () => {} } as never;

test('a connection that the other end resets is no file of a certificate', async () => {
  // What a server does that goes down, or a firewall, in the middle of a session.
  const server = createServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const databaseUrl = { reveal: () => `postgresql://u:p@127.0.0.1:${port}/x` } as never;
  const error = await openState({ databaseUrl, dataDir: '/no/such' }, 'terminal', logger).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  server.close();
  expect(error).toMatchObject({ code: 'unreachable', facts: { systemCode: 'ECONNRESET' } });
});

test.each(['EACCES', 'EISDIR', 'ENOENT'])('a certificate’s file that cannot be read is: %s', (code) => {
  for (const syscall of ['open', 'read'])
    expect(classifyDatabaseError({ code, syscall }).code).toBe('certificate_file');
});
