import type { Diagnosis } from '../domain/diagnosis.js';
import type { Sentence } from '../domain/sentence.js';
import type { TargetHost } from '../hosts/kinds/target-host.js';
import { isSameMachine } from '../runbook/same-place.js';
import type { Target } from '../runbook/targets.js';
import { type Examination, QUESTION_TIMEOUT_MS } from './doctor.js';
import type { HostOptions } from './examine-host.js';

interface Machine {
  readonly target: string;
  readonly place: string;
  readonly settings: TargetHost;
  /** undefined: it does not tell. */
  readonly id: string | undefined;
}

/** Whether hosts of several targets are one machine that the targets file names in two ways: a plan would not see what they share. */
export function examineMachines(
  targets: readonly Target[],
  { hostOf }: Pick<HostOptions, 'hostOf'>,
): Examination {
  const subject: Sentence = { code: 'subject_machines', facts: {} };
  return {
    subject,
    wayOut: { code: 'do_name_machine_once', facts: {} },
    async examine() {
      const machines = await Promise.all(
        targets.flatMap(({ name, hosts }) =>
          hosts.map(async (settings): Promise<Machine> => {
            const place = `${settings.name} (${name})`;
            return { target: name, place, settings, id: await machineId(settings, hostOf) };
          }),
        ),
      );
      return machines.flatMap((one, index) =>
        machines.slice(0, index).flatMap((other): readonly Diagnosis[] => {
          const isOne = one.id !== undefined && one.id === other.id && one.target !== other.target;
          if (!isOne || isSameMachine(one.settings, other.settings)) return [];
          const facts = { one: other.place, other: one.place };
          const seen: Sentence = { code: 'machine_named_twice', facts };
          return [{ subject, state: 'warning', seen, wayOut: { code: 'do_name_machine_once', facts: {} } }];
        }),
      );
    },
  };
}

/** A host that does not answer is told of by its own examination. */
async function machineId(settings: TargetHost, hostOf: HostOptions['hostOf']): Promise<string | undefined> {
  try {
    const answer = await hostOf(settings).run(['cat', '/etc/machine-id'], { timeoutMs: QUESTION_TIMEOUT_MS });
    const told = Buffer.from(answer.stdout).toString('utf8').trim();
    return /^[0-9a-f]{32}$/.test(told) ? told : undefined;
  } catch {
    return undefined;
  }
}
