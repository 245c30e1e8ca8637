#!/usr/bin/env node
import { ensureBuilt } from './built.mjs';

const words = process.argv.slice(2);
const isHalt = words.includes('rollback');
ensureBuilt({ orOlder: isHalt });
if (isHalt) {
  const { runApart } = await import('./run-apart.mjs');
  process.exitCode = await runApart(words);
} else {
  const { main } = await import('../dist/src/main.js');
  await main(words.length > 0 ? words : ['help']);
}
