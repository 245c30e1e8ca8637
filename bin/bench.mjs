import { ensureBuilt } from './built.mjs';

ensureBuilt();
const { runBench } = await import('../dist/test/bench/run-bench.js');
await runBench(process.argv.slice(2));
// The figures are out. A halt measured with the database away would go on trying to cancel releases in it.
process.exit();
