// Runs one trainer, as a session of its own that outlives the bot: `node run-trainer.mjs FOLDER`.
//
// FOLDER/job.json says what to run. FOLDER/process.json (who runs it) is made once: a second run of the same job, or
// one that comes after its training was given up, ends at once. FOLDER/trainer.log takes the trainer's lines without
// its secrets; FOLDER/exit.json says how it ended. SIGTERM cancels.
// Standard input: a JSON list of the texts that the log must not hold, longest first. Neither they nor the trainer's
// environment, which is this process's own, are written anywhere.

import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const GRACE_MS = 3_000;
/** Two files of this size are kept: the present one and the one before. */
const MAX_LOG_BYTES = 1024 * 1024;
/** What holds the trainer's output open after its end is not waited for. */
const LAST_LINES_MS = 1_000;
const MASK = '[redacted]';

function main(folder) {
  const secrets = JSON.parse(readFileSync(0, 'utf8'));
  const own = { pid: process.pid, startTime: startTimeOf('self') };
  try {
    writeFileSync(join(folder, 'process.json'), JSON.stringify(own), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (error.code === 'EEXIST') return;
    throw error;
  }
  const { command, workingFolder, timeLimitMs } = JSON.parse(readFileSync(join(folder, 'job.json'), 'utf8'));
  const log = openLog(folder);
  const [program, ...words] = command;
  const trainer = spawn(program, words, {
    cwd: workingFolder,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const outputs = [trainer.stdout, trainer.stderr]
    .filter((stream) => stream !== null && stream !== undefined)
    .map((stream) => copyMasked(stream, log, secrets));
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
  trainer.on('exit', async (code, signal) => {
    clearTimeout(limit);
    signalGroup(trainer.pid, 'SIGKILL');
    const late = new Promise((resolve) => setTimeout(resolve, LAST_LINES_MS));
    await Promise.race([Promise.all(outputs), late]);
    finish({ because, code, signal });
  });
  if (trainer.pid !== undefined) {
    const started = { pid: trainer.pid, startTime: startTimeOf(trainer.pid) };
    writeFileSync(join(folder, 'trainer.json'), JSON.stringify(started), { mode: 0o600 });
  }
}

function openLog(folder) {
  const path = join(folder, 'trainer.log');
  let file = openSync(path, 'a', 0o600);
  let size = 0;
  return {
    /** A full disk costs lines, not the training. */
    write(text) {
      try {
        if (size >= MAX_LOG_BYTES) {
          closeSync(file);
          renameSync(path, `${path}.1`);
          file = openSync(path, 'a', 0o600);
          size = 0;
        }
        size += writeSync(file, Buffer.from(text, 'latin1'));
      } catch (error) {
        if (error.code !== 'ENOSPC') throw error;
      }
    },
  };
}

/** Byte for byte, but for the secrets: what may be the beginning of one waits for the rest of it. */
function copyMasked(stream, log, secrets) {
  // One character a byte.
  const texts = secrets.map((secret) => Buffer.from(secret, 'utf8').toString('latin1'));
  const longest = texts.reduce((most, { length }) => Math.max(most, length), 1);
  let waiting = '';
  stream.on('data', (chunk) => {
    waiting = texts.reduce((rest, text) => rest.replaceAll(text, MASK), waiting + chunk.toString('latin1'));
    const sure = Math.max(0, waiting.lastIndexOf('\n') + 1, waiting.length - longest + 1);
    log.write(waiting.slice(0, sure));
    waiting = waiting.slice(sure);
  });
  return new Promise((resolve) => {
    stream.on('error', resolve);
    stream.on('end', () => {
      log.write(waiting);
      resolve();
    });
  });
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
