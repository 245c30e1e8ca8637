import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalJournal } from '../audit/local-journal.js';
import type { Halt } from '../domain/halt.js';
import type { Host } from '../hosts/host.js';
import type { TargetHost } from '../hosts/kinds/target-host.js';
import { identifyProcess, isSameProcessAlive } from '../machine/process-identity.js';
import { enableFlag } from '../runbook/strategy-contract.js';
import { parseTargets, type Target } from '../runbook/targets.js';
import type { Logger } from '../telemetry/logger.js';
import { systemClock } from '../time/clock.js';
import { KillSwitch, type KillSwitchOptions } from './kill-switch.js';
import { createOpenHaltFiles } from './open-halt-file.js';
import type { StrategyFacts } from './strategy-facts.js';

interface RehearsalOptions {
  readonly hostOf: (settings: TargetHost) => Host;
  readonly write?: KillSwitchOptions['write'] | undefined;
  readonly facts: StrategyFacts;
  readonly pid: number;
  readonly logger: Pick<Logger, 'warn' | 'error' | 'info'>;
}

const HOSTS = ['one', 'two'];

/**
 * Halts two services that are not there: files in a folder of its own, and programs that copy and print them. In an
 * incident the click is the first halt of its process, and what the runtime only prepares when it is first used (the
 * greater part of a first halt's time) has been used here. No database, no message and nothing of a target takes part.
 * @returns the ended halt: verified but for the entries, which nobody watches here.
 * @throws what keeps any halt from working on this machine, e.g. no disk to write to.
 */
export async function rehearseHalt({ facts, hostOf, write, pid, logger }: RehearsalOptions): Promise<Halt> {
  const folder = await mkdtemp(join(tmpdir(), 'lobml-rehearsal-'));
  try {
    const owner = identifyProcess(pid);
    const onFault = (error: unknown) => logger.warn({ err: error }, 'the journal of a rehearsal failed');
    const journal = new LocalJournal({ dataDir: folder, owner, isAlive: isSameProcessAlive, onFault });
    try {
      const killSwitch = new KillSwitch({
        facts,
        hostOf,
        write,
        trading: undefined,
        files: createOpenHaltFiles(folder, owner),
        journal: (event) => journal.append(event),
        store: undefined,
        clock: systemClock,
        newId: randomUUID,
        owner,
        logger,
      });
      const { done } = killSwitch.start({
        target: await pretendedTarget(folder, facts),
        kind: 'disable',
        requestedBy: { id: 'rehearsal', name: 'rehearsal', surface: 'terminal' },
      });
      const halt = await done;
      await killSwitch.settled();
      return halt;
    } finally {
      await journal.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Two hosts whose service is on, and off with another process once it was restarted. */
async function pretendedTarget(folder: string, facts: StrategyFacts): Promise<Target> {
  const at = (...words: readonly string[]) => join(folder, words.join('.'));
  const status = (pid: number) =>
    `ActiveState=active\nMainPID=${pid}\nNRestarts=0\nActiveEnterTimestamp=${new Date().toISOString()}\n`;
  await Promise.all(
    HOSTS.flatMap((name) => [
      writeFile(
        at(name, 'env'),
        `# A rehearsal of the kill switch.\n${enableFlag(facts)}=${facts.flag.on}\n`,
        { mode: 0o600 },
      ),
      writeFile(at(name, 'status'), status(1)),
      writeFile(at(name, 'restarted'), status(2)),
    ]),
  );
  const host = (name: string) => ({
    name,
    environmentFiles: [at(name, 'env')],
    service: {
      manager: 'command',
      status: ['cat', at(name, 'status')],
      restart: ['cp', at(name, 'restarted'), at(name, 'status')],
      environ: ['cat', at(name, 'env')],
      processes: ['true'],
      stop: ['true'],
      logs: ['true'],
      restartSecs: 0.1,
    },
  });
  const target = { hosts: HOSTS.map(host), approval: { quorum: 1 }, watch: { haltObservationSecs: 0.1 } };
  const source = {
    defaultTarget: 'rehearsal',
    roles: { operators: ['U0'] },
    targets: { rehearsal: target },
  };
  const parsed = parseTargets(at('targets'), Buffer.from(JSON.stringify(source))).targets.get('rehearsal');
  if (parsed === undefined) throw new Error('the pretended target is missing');
  return parsed;
}
