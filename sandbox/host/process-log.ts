/** A line of a simulated trading process: its supervisor writes it into the host's journal. */
export function log(level: 'INFO' | 'WARN' | 'ERROR', text: string): void {
  process.stdout.write(`${level} ${text}\n`);
}

/** A process that cannot trade logs why, and exits. */
export function failFast(reason: string): never {
  log('ERROR', reason);
  process.exit(1);
}
