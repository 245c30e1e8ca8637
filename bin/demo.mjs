import { ensureBuilt } from './built.mjs';

ensureBuilt();
const { runDemo } = await import('../dist/sandbox/demo.js');
await runDemo();
