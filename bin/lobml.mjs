#!/usr/bin/env node
import { ensureBuilt } from './built.mjs';

ensureBuilt();
const { main } = await import('../dist/src/main.js');
const words = process.argv.slice(2);
await main(words.length > 0 ? words : ['help']);
