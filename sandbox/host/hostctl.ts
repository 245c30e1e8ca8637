import { connect } from 'node:net';

/**
 * The part of a simulated host's remote control that asks its supervisor: `hostctl --socket PATH VERB`. Prints
 * the answer; exits 0, or 1 with the reason on stderr. What only looks (status, current, logs) is read by `hostctlText`.
 */
function main([option, socketPath, verb, ...more]: readonly string[]): void {
  if (option !== '--socket' || socketPath === undefined || verb === undefined || more.length > 0) {
    fail('usage: hostctl status|current|start|stop|restart|environ|logs [--since RFC3339]', 64);
    return;
  }
  const socket = connect(socketPath, () => socket.end(`${JSON.stringify(verb)}\n`));
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
