// Runs one trainer, as a session of its own that outlives the bot: `node run-trainer.mjs FOLDER`.
//
// FOLDER/job.json says what to run. FOLDER/process.json (who runs it) is made once: a second run of the same job ends
// at once. FOLDER/trainer.log takes all the trainer's lines; FOLDER/exit.json says how it ended. SIGTERM cancels.
// The trainer's environment is this process's own: it is written nowhere.

import { spawn } from 'node:child_process';
import { openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const GRACE_MS = 3_000;

function main(folder) {
  const own = { pid: process.pid, startTime: startTimeOf('self') };
  try {
    writeFileSync(join(folder, 'process.json'), JSON.stringify(own), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (error.code === 'EEXIST') return;
    throw error;
  }
  const { command, workingFolder, timeLimitMs } = JSON.parse(readFileSync(join(folder, 'job.json'), 'utf8'));
  const log = openSync(join(folder, 'trainer.log'), 'a', 0o600);
  const [program, ...words] = command;
  const trainer = spawn(program, words, {
    cwd: workingFolder,
    detached: true,
    stdio: ['ignore', log, log],
  });
  let because = 'exited';
  let killing;
  const end = (reason) => {
    if (because !== 'exited') return;
    because = reason;
    signalGroup(trainer.pid, 'SIGTERM');
    killing = setTimeout(() => signalGroup(trainer.pid, 'SIGKILL'), GRACE_MS);
  };
  const limit = setTimeout(() => end('timed_out'), timeLimitMs);
  process.on('SIGTERM', () => end('cancelled'));
  const finish = (exit) => {
    clearTimeout(limit);
    clearTimeout(killing);
    // What the trainer left running goes with it.
    signalGroup(trainer.pid, 'SIGKILL');
    const temporary = join(folder, 'exit.json.tmp');
    writeFileSync(temporary, JSON.stringify({ ...exit, endedAt: new Date().toISOString() }), { mode: 0o600 });
    renameSync(temporary, join(folder, 'exit.json'));
    process.exit(0);
  };
  trainer.on('error', (error) =>
    finish({ because: 'not_started', code: null, signal: null, detail: error.code }),
  );
  trainer.on('exit', (code, signal) => finish({ because, code, signal }));
  if (trainer.pid !== undefined) {
    const started = { pid: trainer.pid, startTime: startTimeOf(trainer.pid) };
    writeFileSync(join(folder, 'trainer.json'), JSON.stringify(started), { mode: 0o600 });
  }
}

/** Field 22 of /proc/PID/stat: tells a process from a later one with the same id. '' where there is no /proc. */
function startTimeOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function signalGroup(pid, signal) {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended already.
  }
}

main(process.argv[2]);
