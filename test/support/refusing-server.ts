import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** What answers the first message of a connection with an error, as poolers and servers that start do. */
export interface RefusingServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** @param state PostgreSQL's five characters @param message the server's words */
export async function startRefusingServer(state: string, message: string): Promise<RefusingServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', () => socket.end(errorResponse(state, message)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `postgresql://reader:hunter2@127.0.0.1:${port}/ploy`,
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** https://www.postgresql.org/docs/current/protocol-message-formats.html, ErrorResponse. */
function errorResponse(state: string, message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${state}\0M${message}\0\0`);
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}
