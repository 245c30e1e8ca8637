import type { Diagnosis } from '../domain/diagnosis.js';
import type { Sentence } from '../domain/sentence.js';
import { type Host, HostError } from '../hosts/host.js';
import type { TargetHost } from '../hosts/kinds/target-host.js';
import { serviceActs } from '../hosts/managers/service-managers.js';
import { sudoQuestion } from '../hosts/sudo-question.js';
import { ok, QUESTION_TIMEOUT_MS } from './doctor.js';

const call = { timeoutMs: QUESTION_TIMEOUT_MS };

/** Whether the account may restart, stop and kill the service: asked of sudo, or told by who it is. Nothing of it is done. */
export async function rightsDiagnoses(
  host: Host,
  settings: TargetHost,
  subject: Sentence,
): Promise<readonly Diagnosis[]> {
  const acts = serviceActs(settings.name, settings.service);
  const isForced =
    settings.connection.kind === 'ssh' && settings.connection.serviceIdentityFile !== undefined;
  // What answers there is no shell, but the list of its verbs.
  if (isForced) return [];
  const seen = await Promise.all(acts.map((command) => commandDiagnosis(host, settings, command, subject)));
  const found = seen.flatMap((one) => one ?? []);
  const own = await ownRights(host, settings, subject);
  const isGood = found.length === 0 && own.every(({ state }) => state === 'ok');
  return isGood ? [ok(subject, { code: 'acts_allowed', facts: { count: acts.length } })] : [...found, ...own];
}

/** Of a program that is run on a host: whether it is there, and sudo lets it run. @returns undefined: all is well */
export async function commandDiagnosis(
  host: Pick<Host, 'run'>,
  { connection }: Pick<TargetHost, 'connection'>,
  command: readonly string[],
  subject: Sentence,
): Promise<Diagnosis | undefined> {
  const line = command.join(' ');
  const question = sudoQuestion(command);
  // What looks at files there as another account would be asked about that one.
  const isOther = connection.kind === 'ssh' && connection.sudo !== undefined;
  if (question !== undefined && isOther)
    return {
      ...{ subject, state: 'warning', seen: { code: 'sudo_unseen', facts: { command: line } } },
      wayOut: { code: 'do_hold_drill', facts: {} },
    };
  const asked = question ?? ['sh', '-c', 'command -v -- "$1"', 'lobml', command[0] ?? ''];
  try {
    const { exitCode, stderr } = await host.run(asked, call);
    if (exitCode === 0) return undefined;
    const words = stderr.trim().split('\n').at(-1) ?? '';
    if (question === undefined)
      return {
        ...{
          subject,
          state: 'fault',
          seen: { code: 'program_missing', facts: { program: command[0] ?? '' } },
        },
        wayOut: { code: 'do_install_program', facts: {} },
      };
    return {
      ...{ subject, state: 'fault', seen: { code: 'sudo_refuses', facts: { command: line, words } } },
      wayOut: { code: 'do_allow_sudo', facts: { command: line } },
    };
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    return {
      ...{
        subject,
        state: 'warning',
        seen: { code: 'cannot_ask_rights', facts: { command: line, because: error.fault } },
      },
      wayOut: { code: 'do_hold_drill', facts: {} },
    };
  }
}

/** Without sudo a unit of the machine's own manager is root's to restart, or polkit's to allow, which only the act tells. */
async function ownRights(
  host: Host,
  { service, connection }: TargetHost,
  subject: Sentence,
): Promise<readonly Diagnosis[]> {
  if (service.manager !== 'systemd' || service.userManager || service.sudo !== undefined) return [];
  const isOther = connection.kind === 'ssh' && connection.sudo !== undefined;
  const answer = isOther ? undefined : await host.run(['id', '-u'], call).catch(() => undefined);
  const account = answer === undefined ? '?' : Buffer.from(answer.stdout).toString('utf8').trim();
  if (account === '0') return [];
  return [
    {
      ...{
        subject,
        state: 'warning',
        seen: { code: 'restart_rights_unseen', facts: { unit: service.unit, account } },
      },
      wayOut: { code: 'do_hold_drill', facts: {} },
    },
  ];
}
