import type { Diagnosis } from '../domain/diagnosis.js';
import type { HostFault } from '../domain/host-fault.js';
import type { Sentence } from '../domain/sentence.js';
import { type Host, HostError, type ServiceStatus } from '../hosts/host.js';
import type { TargetHost } from '../hosts/kinds/target-host.js';
import { compareCommand } from '../hosts/managers/loaded-command.js';
import { processStart } from '../hosts/managers/process-facts.js';
import { tryDeadMan } from '../hosts/try-dead-man.js';
import type { Declarations } from '../runbook/runbook.js';
import type { Target } from '../runbook/targets.js';
import { type Examination, ok, QUESTION_TIMEOUT_MS } from './doctor.js';
import { isAway } from './explain-failure.js';

export interface HostOptions {
  readonly runbook: Declarations;
  readonly hostOf: (settings: TargetHost) => Host;
}

/** What was looked at and failed, with the cause in the host's words. */
type Failed = (because: HostFault) => Sentence;
/** What to say where the look fails, the look (undefined: all is well), and the way out. */
type Look = readonly [Failed, () => Promise<Sentence | undefined>, Sentence];

const call = { timeoutMs: QUESTION_TIMEOUT_MS };

/** Everything that a check or a release needs of a host, each on its own: one that fails hides no other. */
export function examineHost(
  target: Target,
  settings: TargetHost,
  { hostOf, runbook }: HostOptions,
): Examination {
  const place = `${settings.name} (${target.name})`;
  const subject: Sentence = { code: 'subject_host', facts: { place } };
  const wayOut: Sentence = { code: 'do_check_host', facts: {} };
  const names = [...runbook.variables.keys()].map((name) => `${runbook.envPrefix}${name}`);
  return {
    subject,
    wayOut,
    async examine() {
      const host = hostOf(settings);
      const looks: readonly Look[] = [
        ...settings.environmentFiles.map(
          ({ path, optional }): Look => [
            (because) => ({ code: 'cannot_read', facts: { path, because } }),
            async () => ((await host.readFile(path, call)) || optional ? undefined : missing(path)),
            wayOut,
          ],
        ),
        ...(settings.models === undefined ? [] : [modelsLook(host, settings.models)]),
        accountLook(host, settings),
      ];
      const findings = await Promise.all(
        looks.map(async ([attempt, look, way]): Promise<readonly Diagnosis[]> => {
          try {
            const seen = await look();
            return seen === undefined ? [] : [{ subject, state: 'fault', seen, wayOut: way }];
          } catch (error) {
            return [{ ...faultOf(subject, attempt, error), wayOut: way }];
          }
        }),
      );
      return [
        ...findings.flat(),
        ...(await serviceDiagnoses(host, subject, names)),
        ...(await deadManDiagnoses(host, subject)),
      ];
    },
  };
}

const missing = (path: string): Sentence => ({ code: 'path_missing', facts: { path } });

function modelsLook(host: Host, models: string): Look {
  return [
    (because) => ({ code: 'cannot_list', facts: { path: models, because } }),
    async () => {
      const stat = await host.stat(models, call);
      if (stat?.kind !== 'directory') return missing(models);
      await host.listFiles(models, call);
      return undefined;
    },
    { code: 'do_make_models', facts: { path: models } },
  ];
}

function accountLook(host: Host, { service }: TargetHost): Look {
  return [
    (because) => ({ code: 'cannot_ask_account', facts: { because } }),
    async () =>
      service.user !== undefined ||
      (await host.service.account(await host.service.status(call), call)) !== undefined
        ? undefined
        : { code: 'account_unknown', facts: {} },
    { code: 'do_set_service_user', facts: {} },
  ];
}

/** The service's status, and whether the environment of its process can be read: a proof of start rests on both. */
async function serviceDiagnoses(
  host: Host,
  subject: Sentence,
  names: readonly string[],
): Promise<readonly Diagnosis[]> {
  const status = await host.service.status(call);
  const { activeState, mainPid } = status;
  const about = `${host.service.description}: ${activeState}`;
  const tree = await treeDiagnoses(host, subject, status);
  if (mainPid === 0) return [ok(subject, { code: 'service_idle', facts: { about } }), ...tree];
  const running = ok(subject, { code: 'service_runs', facts: { about, pid: mainPid } });
  try {
    await host.service.processEnvironment(mainPid, names, call);
    const present = await presentDiagnoses(host, subject, status);
    return [running, ...tree, ...present];
  } catch (error) {
    const attempt = (because: HostFault): Sentence => ({
      code: 'cannot_read_process',
      facts: { pid: mainPid, because },
    });
    const wayOut: Sentence = { code: 'do_open_environ', facts: {} };
    return [running, ...tree, { ...faultOf(subject, attempt, error), wayOut }];
  }
}

/** A process that does nothing, or is not what its unit says until a restart. */
async function presentDiagnoses(
  { service }: Host,
  subject: Sentence,
  status: ServiceStatus,
): Promise<readonly Diagnosis[]> {
  const asked = { ...call, asksStart: true, asksWords: true, asksGroup: true };
  const [definition, facts] = await Promise.all([
    service.definition(call).catch(() => undefined),
    service.processFacts(status.mainPid, asked).catch(() => undefined),
  ]);
  const warning = (seen: Sentence, wayOut: Sentence): Diagnosis => ({
    subject,
    state: 'warning',
    seen,
    wayOut,
  });
  const pid = status.mainPid;
  const frozen = facts?.isFrozen
    ? [warning({ code: 'process_frozen', facts: { pid } }, { code: 'do_let_go_on', facts: { pid } })]
    : [];
  const finding = definition && compareCommand(definition, facts, processStart(status, facts));
  if (finding !== 'other_command' && finding !== 'unit_changed') return frozen;
  const seen: Sentence = { code: finding, facts: { unit: definition?.fragment ?? '' } };
  return [...frozen, warning(seen, { code: 'do_restart_with_release', facts: {} })];
}

/** What keeps a halt from being verified, whatever its flag and its main process show. */
async function treeDiagnoses(
  host: Host,
  subject: Sentence,
  status: ServiceStatus,
): Promise<readonly Diagnosis[]> {
  const warning = (code: 'processes_unknown' | 'processes_outlive', wayOut: Sentence): Diagnosis => ({
    subject,
    state: 'warning',
    seen: { code, facts: {} },
    wayOut,
  });
  const seen = await host.service.processes(status, call).catch(() => undefined);
  return [
    ...(seen === undefined ? [warning('processes_unknown', { code: 'do_set_processes', facts: {} })] : []),
    ...(status.endsAll === false
      ? [warning('processes_outlive', { code: 'do_set_kill_mode', facts: {} })]
      : []),
  ];
}

/** One is armed for tomorrow, and disarmed. A host that does not answer is told of by the other looks. */
async function deadManDiagnoses(host: Host, subject: Sentence): Promise<readonly Diagnosis[]> {
  const found = await tryDeadMan(host.name, host.service, call);
  const warning = (seen: Sentence, wayOut: Sentence): readonly Diagnosis[] => [
    { subject, state: 'warning', seen, wayOut },
  ];
  switch (found.kind) {
    case 'holds':
      return [ok(subject, { code: 'dead_man_holds', facts: {} })];
    case 'not_configured':
      return warning({ code: 'dead_man_missing', facts: {} }, { code: 'do_set_dead_man', facts: {} });
    case 'refused':
    case 'unknown': {
      const seen: Sentence = { code: 'dead_man_refused', facts: { because: found.error.fault } };
      return warning(seen, { code: 'do_allow_dead_man', facts: {} });
    }
  }
}

/** @throws what is no answer of the host */
function faultOf(subject: Sentence, failed: Failed, error: unknown): Diagnosis {
  if (!(error instanceof HostError)) throw error;
  const seen: Sentence = failed(error.fault);
  return { subject, state: 'fault', seen, ...(isAway(error) ? { isAway: true } : {}) };
}
