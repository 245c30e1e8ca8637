import { ensureBuilt } from './built.mjs';

ensureBuilt();
const { runBench } = await import('../dist/bench/run-bench.js');
await runBench(process.argv.slice(2));
