import type { Locale } from '../../../src/domain/localized.js';
import type { ReleaseProblemCode } from '../../../src/domain/release-problem.js';
import type { ReleaseState, StepKind, StepState } from '../../../src/domain/release-state.js';
import type { FailFastReason } from '../../../src/hosts/proof-of-start.js';
import { deployZhCN } from '../zh-CN/deploy.js';
import type { Facts } from './report.js';

const deployEn: DeployText = {
  state: {
    running: 'Deploying',
    watching: 'Deployed, watching',
    confirmed: 'Confirmed',
    reverted: 'Put back',
    disabled: 'Turned off',
    cancelled: 'Cancelled',
    needs_person: 'Somebody must look',
    halted: 'Halted by a rollback',
  },
  step: {
    lock: 'take the lock',
    precheck: 'checks again',
    compare_digest: 'compare with what was approved',
    stage_model: 'stage the model',
    stage_binary: 'stage the binary',
    write_environment: 'write the environment',
    restart: 'restart',
    prove_start: 'proof of start',
    checkpoint: 'checks',
    converge: 'compare all hosts with the plan',
    confirm: 'confirm and keep the artefacts',
    revert: 'put the previous state back',
    disable: 'turn the strategy off',
  },
  stepState: {
    pending: 'waiting',
    running: 'running',
    done: 'done',
    failed: 'failed',
    skipped: 'left out',
    unclear: 'unclear',
  },
  problem: {
    target_locked: (fact) =>
      `${fact('by')} has locked the target since ⟨${fact('since')}⟩: ${fact('reason')}. Nothing was changed.`,
    other_release_holds_lock: () => 'Another release holds the target. Nothing was changed.',
    verdict_forbids: (fact) => `The checks say ${fact('verdict')}: ${fact('checks')}.`,
    content_changed: (fact) =>
      `What was approved is not what stands any more: ${fact('changes')}. Ask for approval again.`,
    host_error: (fact) => `${fact('detail')}`,
    changed_since_plan: (fact) =>
      `${fact('host')}: ${fact('path')} was changed since the plan. It was not overwritten; plan again.`,
    failed_fast: (fact) => `${fact('host')} did not come up: ${fact('why')}.`,
    hosts_differ: (fact) => `NO-GO, hosts differ from the plan: ${fact('differences')}.`,
    effect_unclear: (fact) =>
      `A step was interrupted and nobody can tell whether it was done. Look at ${fact('what')} on ${fact('host')}, then say so below.`,
    not_off: (fact) =>
      `${fact('host')}: the service was told to stop, and it is not seen stopped. Stop it by hand now.`,
    deadline_passed: (fact) => `It was not confirmed by ⟨${fact('confirmBy')}⟩.`,
    cancelled_by_person: (fact) => `${fact('by')} cancelled it: ${fact('reason')}.`,
    unexpected: (fact) => `Something unforeseen stopped it: ${fact('detail')}.`,
  },
  failFast: {
    exited: 'the process ended',
    restart_loop: 'it restarts again and again',
    error_line: 'its log holds an error',
    timed_out: 'its start was not proved in time',
  },
  summary: (state, strategy, target, now) =>
    `${state} · ${strategy} · ${target}${now === '' ? '' : `: ${now}`}`,
  by: (who, when) => `asked for by ${who} · started ${when}`,
  confirmBy: (when) => `turns itself off unless confirmed by ${when}`,
  ended: (when) => `ended ${when}`,
  watch: (minutes) => `checks ${minutes} min after the start`,
  wholeTarget: 'whole target',
  canary: 'canary',
  due: (minutes) => `after ${minutes} min`,
  next: (step, when) => `Next: ${step} · ${when}`,
  verdict: (verdict) => verdict,
  process: (pid) => `process ${pid}`,
  setAside: (checks) => `${checks} set aside: the other hosts still write the values of before`,
  putBack: 'restarted with it',
  stopped: 'the service is stopped',
  leftStopped: 'stopped, as it was before the release',
  answered: (who, wasDone) => `${who} says: it was ${wasDone ? '' : 'not '}done`,
  logSays: 'The log says',
  cancelling: (who) => `${who} asked to cancel: it stops before the next step.`,
  whatNow: {
    reverted: 'The previous environment and artefacts are back. Find the cause, then plan a new release.',
    disabled: 'The strategy is off on every host. Entries without an exit are managed by nobody.',
    cancelled: 'What had been changed was put back; what is listed as left out never happened.',
    needs_person:
      'Nothing more happens until somebody has looked. The deadline still turns the strategy off.',
  },
  notConfirmed: (when) =>
    `It cannot be confirmed. At ${when} the strategy turns itself off; roll back now if that is too late.`,
  turningOff: {
    title: 'Turning off…',
    whatNow:
      'Not every host is proved off yet; it is tried again. What is listed as NOT OFF: set the flag to false and restart it, or stop it, by hand now.',
    off: 'off, proved',
    stopped: 'stopped',
    notYet: 'not off yet',
    notOff: 'NOT OFF: do this by hand',
  },
  incident: 'Incident',
  brokenGlass: 'break-glass: no approvals',
  button: { cancel: 'Cancel', wasDone: 'It was done', wasNotDone: 'It was not done' },
  confirmCancel: {
    title: 'Cancel this release?',
    text: 'It stops before its next step, and what was changed on hosts is put back.',
    yes: 'Cancel it',
    no: 'Go on',
  },
  cancelReason: 'button on the message',
  alreadyOver: 'That is over already, or somebody else said so first.',
};

/** All prose about a release under way; one object a language. */
export interface DeployText {
  readonly state: Readonly<Record<ReleaseState, string>>;
  readonly step: Readonly<Record<StepKind, string>>;
  readonly stepState: Readonly<Record<StepState, string>>;
  readonly problem: Readonly<Record<ReleaseProblemCode, (fact: Facts) => string>>;
  readonly failFast: Readonly<Record<FailFastReason, string>>;
  readonly summary: (state: string, strategy: string, target: string, now: string) => string;
  readonly by: (who: string, when: string) => string;
  readonly confirmBy: (when: string) => string;
  readonly ended: (when: string) => string;
  readonly watch: (minutes: string) => string;
  readonly wholeTarget: string;
  readonly canary: string;
  readonly due: (minutes: string) => string;
  readonly next: (step: string, when: string) => string;
  readonly verdict: (verdict: string) => string;
  readonly process: (pid: string) => string;
  /** Checks whose failure is that of hosts which do not have the release yet. */
  readonly setAside: (checks: string) => string;
  readonly putBack: string;
  readonly stopped: string;
  /** After a put-back. */
  readonly leftStopped: string;
  readonly answered: (who: string, wasDone: boolean) => string;
  readonly logSays: string;
  readonly cancelling: (who: string) => string;
  readonly whatNow: Readonly<Partial<Record<ReleaseState, string>>>;
  /** While a failed release still waits for its deadline. */
  readonly notConfirmed: (when: string) => string;
  /** A release that was not confirmed, until every host is proved off; and what each host is. */
  readonly turningOff: Readonly<
    Record<'title' | 'whatNow' | 'off' | 'stopped' | 'notYet' | 'notOff', string>
  >;
  readonly incident: string;
  readonly brokenGlass: string;
  readonly button: Readonly<Record<'cancel' | 'wasDone' | 'wasNotDone', string>>;
  readonly confirmCancel: Readonly<Record<'title' | 'text' | 'yes' | 'no', string>>;
  readonly cancelReason: string;
  readonly alreadyOver: string;
}

const TEXTS: Readonly<Record<Locale, DeployText>> = { en: deployEn, 'zh-CN': deployZhCN };

export const deployTextFor = (locale: Locale): DeployText => TEXTS[locale];
