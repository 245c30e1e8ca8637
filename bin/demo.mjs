import { ensureBuilt } from './built.mjs';

ensureBuilt();
const { runDemo } = await import('../dist/sandbox/demo.js');
await runDemo();
// Everything has ended in order: nothing that was forgotten may keep this process.
process.exit();
