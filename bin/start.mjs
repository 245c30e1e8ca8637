import { ensureBuilt } from './built.mjs';

ensureBuilt();
const { main } = await import('../dist/src/main.js');
await main([]);
