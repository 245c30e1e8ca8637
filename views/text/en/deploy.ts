import type { FailFastReason, ReleaseProblemCode } from '../../../src/domain/release-problem.js';
import type { ReleaseRest } from '../../../src/domain/release-rest.js';
import type { ReleaseState, StepKind, StepState } from '../../../src/domain/release-state.js';
import type { Facts } from './report.js';

const problem: Readonly<Record<ReleaseProblemCode, (fact: Facts) => string>> = {
  target_locked: (fact) =>
    `${fact('by')} has locked the target since ⟨${fact('since')}⟩${fact('until') && ` until ⟨${fact('until')}⟩`}: ${fact('reason')}. Nothing was changed.`,
  other_release_holds_lock: () => 'Another release holds the target. Nothing was changed.',
  verdict_forbids: (fact) => {
    const rest = fact('blind') === '1' ? '1 check rests on that' : `${fact('blind')} checks rest on that`;
    const hosts = fact('hosts') && `${fact('hosts').replaceAll('; ', ', ')} could not be looked at (${rest})`;
    return `The checks say ${fact('verdict')}: ${[hosts, fact('checks')].filter((part) => part !== '').join('; ')}.`;
  },
  content_changed: (fact) =>
    `What was approved is not what stands any more: ${fact('changes')}. Ask for approval again.`,
  host_error: (fact) => fact('told'),
  staged_elsewhere: (fact) =>
    `The bot that looked has no ${fact('name')} in ${fact('folder')}; a bot on whose machine it lies goes on. If none does, put it back there, or cancel.`,
  changed_since_plan: (fact) =>
    `${fact('host')}: ${fact('path')} was changed since the plan. It was not overwritten; plan again.`,
  changes_other_target: (fact) =>
    `${fact('host')}: *${fact('target')}* has come to use ${fact('path')} since the plan. It was not replaced; plan again.`,
  failed_fast: (fact) => `${fact('host')} did not come up: ${fact('why')}.`,
  hosts_differ: (fact) => `NO-GO, hosts differ from the plan: ${fact('differences')}.`,
  effect_unclear: (fact) =>
    `A step was interrupted and nobody can tell whether it was done. Look at ${fact('what')} on ${fact('host')}, then say so below.`,
  host_given_up: (fact) => `It does not go on without ${fact('host')}, which ${fact('by')} has given up.`,
  not_off: (fact) =>
    `${fact('host')}: the service was told to stop, and it is not seen stopped. Stop it by hand now.`,
  deadline_passed: (fact) => `It was not confirmed by ⟨${fact('confirmBy')}⟩.`,
  dead_man_not_armed: (fact) =>
    `${fact('host')} did not arm its dead man: ${fact('told')} Nothing was changed there; run \`lobml doctor\`, then plan again.`,
  dead_man_acted: (fact) =>
    `It was not confirmed by ⟨${fact('confirmBy')}⟩, and the hosts turned the strategy off themselves (dead man).${fact('hosts') && ` Flag off: ${fact('hosts')}.`}${fact('stopped') && ` Service stopped: ${fact('stopped')}.`}`,
  cancelled_by_person: (fact) => `${fact('by')} cancelled it: ${fact('reason')}.`,
  run_missing: () =>
    'The run of the checks before the deploy is not in the database, so nothing can be compared with it. Plan again.',
  unexpected: (fact) =>
    `Something unforeseen stopped it: ${fact('detail')} Run \`lobml doctor\`; where it finds nothing, the bot’s log has the rest.`,
};

const whatNow: Readonly<Partial<Record<ReleaseState, string>>> = {
  reverted: 'The previous environment and artefacts are back. Find the cause, then plan a new release.',
  disabled:
    'The strategy is off on every host that the release had touched. Entries without an exit are managed by nobody.',
  cancelled: 'What had been changed was put back; what is listed as left out never happened.',
};

/** All prose about a release under way; one object a language. */
export const deploy = {
  state: {
    running: 'Deploying',
    watching: 'Deployed, watching',
    confirmed: 'Confirmed',
    reverted: 'Put back',
    disabled: 'Turned off',
    cancelled: 'Cancelled',
    needs_person: 'Waits for a person',
    halted: 'Halted by a rollback',
  } satisfies Readonly<Record<ReleaseState, string>>,
  doneSteps: (count: number) => `${count} ${count === 1 ? 'step' : 'steps'} done`,
  step: {
    lock: 'take the lock',
    precheck: 'checks again',
    compare_digest: 'compare with what was approved',
    arm_dead_man: 'arm the host’s own timer (dead man)',
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
  } satisfies Readonly<Record<StepKind, string>>,
  stepState: {
    pending: 'waiting',
    running: 'running',
    done: 'done',
    failed: 'failed',
    skipped: 'left out',
    unclear: 'unclear',
  } satisfies Readonly<Record<StepState, string>>,
  problem,
  failFast: {
    exited: 'the process ended',
    restart_loop: 'it restarts again and again',
    error_line: 'its log holds an error',
    frozen: 'its process is stopped or frozen (`kill -CONT`, `systemctl thaw`)',
    timed_out: 'its start was not proved in time',
    restart_refused: 'its restart was refused',
  } satisfies Readonly<Record<FailFastReason | 'restart_refused', string>>,
  summary: (state: string, strategy: string, target: string, now: string) =>
    `${state} · ${strategy} · ${target}${now === '' ? '' : `: ${now}`}`,
  by: (who: string, when: string) => `asked for by ${who} · started ${when}`,
  confirmBy: (when: string) => `turns itself off unless confirmed by ${when}`,
  ended: (when: string) => `ended ${when}`,
  watch: (minutes: string) => `checks ${minutes} min after the start`,
  wholeTarget: 'whole target',
  canary: 'canary',
  due: (minutes: string) => `after ${minutes} min`,
  next: (step: string, when: string) => `Next: ${step} · ${when}`,
  verdict: (verdict: string) => verdict,
  process: (pid: string) => `process ${pid}`,
  /** Checks whose failure is that of hosts which do not have the release yet. */
  setAside: (checks: string) => `${checks} set aside: the other hosts still write the values of before`,
  putBack: 'restarted with it',
  /** What runs on a host after a put-back. */
  runsAgain: {
    runs: (isOn: boolean, model: string | undefined) =>
      isOn
        ? `strategy *ON* again${model === undefined ? '' : `, with model ${model}`}`
        : 'strategy *OFF*, as its environment files say',
    stopped: 'strategy *OFF*: the service is stopped, as it was before the release',
    untouched: 'never restarted: what ran before the release runs on',
    unknown: 'nobody could read whether the strategy is on: look at `/lobml status`',
  },
  stopped: 'the service is stopped',
  /** After a put-back. */
  leftStopped: 'stopped, as it was before the release',
  answered: (who: string, wasDone: boolean) => `${who} says: it was ${wasDone ? '' : 'not '}done`,
  logSays: 'The log says',
  haltedBy: (who: string, when: string) => `Stopped by the halt of ${who} · ${when}`,
  cancelling: (who: string) => `${who} asked to cancel: it stops before the next step.`,
  whatNow,
  /** Of an error that nobody foresaw. */
  ownWords: (words: string) => `“${words}”.`,
  /** While a failed release still waits for its deadline. */
  notConfirmed: (when: string) =>
    `It cannot be confirmed. At ${when} the strategy turns itself off; roll back now if that is too late.`,
  /** The host's own timer. */
  deadMan: {
    rearmed: (when: string) => `lost by the host, armed again at ${when}`,
    disarmed: 'dead man disarmed',
    acted: 'the dead man was quicker',
  },
  /** A release that lacks only data at its end. */
  confirmation: {
    lacks: 'Nothing speaks against it, but these checks lack data:',
    wanted: (until: string) =>
      `They are asked again. With data they decide; without it an approver who did not ask for the release can confirm it by name until ${until}. Then it turns itself off.`,
    given: (who: string, reason: string) =>
      `${who} confirms it without this data: ${reason}. The checks run once more, then all hosts are compared.`,
    refused: (who: string) => `The confirmation by ${who} does not hold.`,
    confirmed: (who: string, when: string, checks: string, reason: string) =>
      `Confirmed by ${who} · ${when} · without enough data for ${checks}: ${reason}`,
    /** Behind the checks at which a person's word counted. */
    byPerson: 'confirmed by a person',
    loading: 'Looking at the release…',
    title: 'Confirm the release',
    why: 'Why it can stand without this data',
  },
  /** At checks that are not due yet. */
  looked: (when: string) => `nothing failed at ${when}`,
  puttingBack: 'Putting back…',
  failedInWatch: 'Failed, turns itself off',
  /** A release that was not confirmed, until every host is proved off; and what each host is. */
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
  called: (who: string, target: string) => `${who} a release of *${target}* needs you.`,
  /** What has ended the trouble that it has left. */
  resolved: {
    halt: (who: string, target: string, when: string) =>
      `Resolved: ${who} halted ${target}, and that was verified at ${when}. Nothing is to be done here any more.`,
    release: (who: string, target: string, when: string) =>
      `Resolved: a later release of ${target} by ${who} began at ${when}; its own message says how that gets on.`,
  },
  toldLater: '↓ A later post below tells of the same release.',
  /** What went wrong before the deadline, a person or a put-back came. */
  cause: 'It began with:',
  /** @param until a moment; undefined: it is tried for as long as it takes */
  trouble: (what: string, since: string, until: string | undefined) =>
    `*${what}* has not succeeded since ${since}. It is tried again ${until === undefined ? 'until it does' : `until ${until}; then the strategy is turned off`}.`,
  /** Of what people were called for, and has succeeded since. */
  overcome: (what: string, since: string, until: string) =>
    `*${what}* had not succeeded since ${since}. It did at ${until}.`,
  wasTrouble: 'People were called because a step did not succeed. It has since.',
  brokenGlass: 'break-glass: no approvals',
  button: {
    confirm: 'Confirm…',
    cancel: 'Cancel',
    wasNotDone: 'It was not done',
    retryPutBack: 'Retry put-back',
    looked: 'I looked: it is fine',
    giveUp: (host: string) => `Give up ${host}…`,
    log: (host: string) => `Log of ${host}`,
  },
  /** A host keeps the release from going on. */
  stuck: {
    waits:
      'Nothing more happens until somebody has looked. *I looked: it is fine* counts once every host was compared with the approved plan.',
    turnsOff: (when: string, hosts: string) =>
      `At ${when} the strategy is turned off by itself on ${hosts}, and nowhere else.`,
    endsItself: (when: string) => `At ${when} the release ends by itself; there is no host to turn off.`,
    triedAgain: 'It is tried again every few seconds. A host that is gone for good can be given up.',
    comparing: (who: string) =>
      `${who} says that it is fine. Every host is compared with the approved plan now.`,
    differs: (who: string) => `· ${who} said that it is fine, and it is not:`,
    fine: (who: string) => `${who} looked, and every host was as it should be`,
    logOf: (host: string) => `Log of ${host} since the release began there`,
    logEmpty: (host: string) => `The service on ${host} has written nothing since the release began there.`,
    logUnknown: (host: string) => `The targets file has no host ${host} any more.`,
    loading: 'Looking…',
  },
  givenUp: {
    by: (host: string, who: string, when: string) => `*${host}* was given up by ${who} · ${when}`,
    left: (host: string, when: string) =>
      `*${host}* has left the targets file · ${when}: its part of the release is over.`,
    afterwards: (hosts: string) =>
      `Nobody knows what runs on ${hosts}. When it answers again, set the flag to false and restart it, or stop it. Take it out of the targets file before the next release.`,
    ownTimer: (hosts: string, when: string) =>
      `A machine that still runs turns the strategy off itself at ${when}, by the timer that the release has armed there: ${hosts}.`,
    asked: (host: string) => `Is ${host} gone for good?`,
    title: 'Give up a host',
    submit: 'Give it up',
    why: 'Why it is given up',
    done: (host: string) => `${host} is given up`,
    rest: {
      goes_on: (hosts: string) => `The release goes on with ${hosts}.`,
      puts_back: (hosts: string) => `What was changed is put back on ${hosts}.`,
      turns_off: (hosts: string) => `The strategy is turned off on ${hosts}.`,
      ends: () => 'The release ends: there is no other host to act on.',
    } satisfies Readonly<Record<ReleaseRest['course'], (hosts: string) => string>>,
  },
  confirmCancel: {
    title: 'Cancel this release?',
    text: 'It stops before its next step, and what was changed on hosts is put back.',
    yes: 'Cancel it',
    no: 'Go on',
  },
  cancelReason: 'button on the message',
  alreadyOver: 'That is over already, or somebody else said so first.',
};

export type DeployText = typeof deploy;
