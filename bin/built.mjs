import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const SOURCES = ['bin', 'src', 'commands', 'views', 'sandbox', 'test/bench'];

/**
 * Builds where a source is newer than what was built, so that no command ever runs old code.
 * `orOlder`: what was built last will do, because a halt waits for no compiler.
 */
export function ensureBuilt({ orOlder = false } = {}) {
  const built = join(root, 'dist', 'src', 'main.js');
  if (!existsSync(join(root, 'tsconfig.json'))) return; // an installed package is built already
  if (orOlder && existsSync(built)) return;
  const newest = Math.max(...SOURCES.map((folder) => newestIn(join(root, folder))));
  if (existsSync(built) && statSync(built).mtimeMs >= newest) return;
  // npm's own words go to stderr: stdout belongs to the command's answer.
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: ['ignore', 2, 2] });
}

function newestIn(folder) {
  if (!existsSync(folder)) return 0;
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  const times = entries
    .filter((entry) => entry.isFile())
    .map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs);
  return Math.max(0, ...times);
}
