import type { TestServer } from './test-server.js';

/** Called once for each project; the first call ends the server. */
export default async function globalTeardown(): Promise<void> {
  const held = globalThis as typeof globalThis & { lobmlTestServer?: Promise<TestServer> };
  const pending = held.lobmlTestServer;
  delete held.lobmlTestServer;
  await (await pending)?.stop();
}
