#!/usr/bin/env node
import { ensureBuilt } from './built.mjs';

const words = process.argv.slice(2);
ensureBuilt({ orOlder: words.includes('rollback') });
const { main } = await import('../dist/src/main.js');
await main(words.length > 0 ? words : ['help']);
