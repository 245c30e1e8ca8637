import { main } from '../src/main.js';

// The bot as the sandbox runs it: the real program, which also ends when the sandbox is killed and its standard input
// closes. It exits at once: state that it still wrote could collide with the next start.
process.stdin.on('end', endWithParent).on('error', endWithParent).resume();
await main([]);

function endWithParent(): void {
  process.exit(1);
}
