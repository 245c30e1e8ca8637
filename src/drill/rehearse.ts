import type { Config } from '../config/config.js';
import { createDoctor, type Examination } from '../doctor/doctor.js';
import { examineClocks } from '../doctor/examine-clocks.js';
import { type DatabaseOptions, examineTrading } from '../doctor/examine-databases.js';
import { examineHaltActs } from '../doctor/examine-halt-acts.js';
import { examineHost } from '../doctor/examine-host.js';
import { examineSlack } from '../doctor/examine-slack.js';
import { examineVenue } from '../doctor/examine-venue.js';
import type { Diagnosis } from '../domain/diagnosis.js';
import type { DrillFinding, DrillPart, DrillPartName } from '../domain/drill.js';
import { type Halt, isSettled } from '../domain/halt.js';
import { redact } from '../domain/secrets.js';
import type { Host } from '../hosts/host.js';
import type { TargetHost } from '../hosts/kinds/target-host.js';
import type { Runbook } from '../runbook/runbook.js';
import type { Target } from '../runbook/targets.js';
import type { Clock } from '../time/clock.js';

export interface RehearsalOptions extends DatabaseOptions {
  readonly config: Config;
  readonly runbook: Runbook;
  readonly hostOf: (settings: TargetHost) => Host;
  /** Halts two pretended services on this machine. */
  readonly rehearseHalt: () => Promise<Halt>;
  readonly now: () => Date;
  readonly clock: Clock;
}

type Finished = Pick<DrillPart, 'state' | 'ms' | 'because' | 'findings'>;

/** Tries everything of a halt of the target but the act. @param note told of each part as it ends */
export async function rehearse(
  target: Target,
  options: RehearsalOptions,
  note: (part: DrillPartName, change: Finished) => Promise<void>,
): Promise<void> {
  const { clock, hostOf, runbook, config } = options;
  const timed = async (part: DrillPartName, look: () => Promise<Omit<Finished, 'ms'>>) => {
    const began = clock.monotonic();
    const found = await look();
    await note(part, { ...found, ms: clock.monotonic() - began });
  };
  const examined = (part: DrillPartName, examinations: readonly Examination[]) =>
    examinations.length === 0
      ? note(part, { state: 'left_out', ms: null, because: null, findings: [] })
      : timed(part, async () => judged(await createDoctor(examinations, redact).examine()));
  const channels = config.slack === undefined ? [] : [examineSlack(config, [target])];
  await Promise.all([
    timed('machine', async () => judgedHalt(await options.rehearseHalt())),
    examined(
      'hosts',
      target.hosts.flatMap((settings) => [
        examineHost(target, settings, { hostOf, runbook }),
        examineHaltActs(target, settings, { hostOf }),
      ]),
    ),
    examined('venue', examineVenue(target, { hostOf })),
    examined('records', [examineTrading(options)]),
    examined('channels', target.channels === undefined ? [] : channels),
    examined('clocks', [examineClocks({ ...options, hosts: target.hosts })]),
  ]);
}

/** A warning is shown, and is no fault. */
function judged(found: readonly Diagnosis[]): Omit<Finished, 'ms'> {
  const findings = found.flatMap(({ subject, state, seen, wayOut }): readonly DrillFinding[] =>
    state === 'ok'
      ? []
      : [{ subject, state, seen, ...(wayOut === undefined ? {} : { wayOut }) } as DrillFinding],
  );
  const isWrong = findings.some(({ state }) => state === 'fault');
  return { state: isWrong ? 'failed' : 'good', because: isWrong ? 'findings' : null, findings };
}

const judgedHalt = ({ hosts, kind }: Halt): Omit<Finished, 'ms'> =>
  hosts.every((host) => isSettled(host, kind))
    ? { state: 'good', because: null, findings: [] }
    : { state: 'failed', because: 'halt_not_verified', findings: [] };
