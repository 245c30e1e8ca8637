import { connect } from 'node:net';

/**
 * The remote control of one simulated host: `hostctl --socket PATH status|start|stop|restart|logs [--since
 * EPOCH_MS]`. Prints what the supervisor answers; exits 0, or 1 with the reason on stderr. Imports nothing
 * heavy: it is started for every look at a host.
 */
function main(words: readonly string[]): void {
  const socketAt = words.indexOf('--socket');
  const socketPath = words[socketAt + 1];
  const verb = words[socketAt + 2];
  if (socketAt !== 0 || socketPath === undefined || verb === undefined) {
    fail('usage: hostctl --socket PATH status|start|stop|restart|environ|logs [--since RFC3339]', 64);
    return;
  }
  const socket = connect(socketPath, () => socket.end(`${JSON.stringify(words.slice(2))}\n`));
  let answer = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    answer += chunk;
  });
  socket.on('error', (error) => fail(`the supervisor does not answer: ${error.message}`, 1));
  socket.on('end', () => print(answer));
}

/** The first line says `ok` or `error`; what follows is for the person. */
function print(answer: string): void {
  const end = answer.indexOf('\n');
  const body = answer.slice(end + 1);
  if (answer.slice(0, end) === 'ok') process.stdout.write(body);
  else fail(body.trim() || 'the supervisor ended without an answer', 1);
}

function fail(reason: string, exitCode: number): void {
  process.stderr.write(`hostctl: ${reason}\n`);
  process.exitCode = exitCode;
}

main(process.argv.slice(2));
