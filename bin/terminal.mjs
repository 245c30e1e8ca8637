import { main } from '../dist/src/main.js';

const killed = () => process.kill(process.pid, 'SIGKILL');
// Whoever kills the one that a person started means this one.
process.once('disconnect', killed);
process.channel.unref();
await main(process.argv.slice(2));
process.off('disconnect', killed);
process.send({ exitCode: process.exitCode ?? 0 }, () => process.disconnect());
