import { main } from '../src/main.js';

const GRACE_MS = 10_000;

// The bot as the sandbox runs it: the real program, which also ends, in its own clean way, when the sandbox is killed
// and its standard input closes.
process.stdin.on('end', endWithParent).on('error', endWithParent).resume();
await main([]);

function endWithParent(): void {
  setTimeout(() => process.exit(1), GRACE_MS).unref();
  process.kill(process.pid, 'SIGTERM');
}
