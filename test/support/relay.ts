import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP relay to a server, which can be cut. */
export interface Relay {
  readonly port: number;
  /** Ends every connection, and refuses the next ones. */
  cut(): void;
  /** Takes connections again, on the same port. */
  mend(): Promise<void>;
}

export async function startRelay(port: number): Promise<Relay> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      // The other side is told by the close of its own socket.
      socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    }
    near.pipe(far).pipe(near);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: ownPort } = server.address() as AddressInfo;
  return {
    port: ownPort,
    async mend() {
      await once(server.listen(ownPort, '127.0.0.1'), 'listening');
    },
    cut() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
