import type { VariableFault } from '../../../src/domain/fault.js';
import type { ContentPart } from '../../../src/domain/release-content.js';
import type { ReleaseRefusalCode } from '../../../src/domain/release-refusal.js';
import type { RequestState } from '../../../src/domain/release-state.js';
import type { Facts } from './report.js';

/** Of a lock with an end. */
const untilOf = (fact: Facts): string => fact('until') && ` until ${fact('until')}`;

const state: Readonly<Record<RequestState, string>> = {
  open: 'waits for approvals',
  approved: 'approved, waits for its start',
  executing: 'is being carried out',
  executed: 'the deploy has ended',
  rejected: 'rejected',
  withdrawn: 'withdrawn',
  expired: 'expired',
  invalidated: 'invalid: the content changed',
  superseded: 'another release was asked for in its place',
  halted: 'closed by a rollback',
};

/** What a model lacks where it is promoted from. */
function lacks(fact: Facts): string {
  const wanted = `${fact('wanted')} ${fact('unit')} and ${fact('wantedEntries')} entries on ${fact('from')}`;
  switch (fact('why')) {
    case 'never_confirmed':
      return `${fact('name')} was never confirmed on ${fact('from')}. It needs ${wanted} first: release it there.`;
    case 'no_go':
      return `A ${fact('run')} of ${fact('from')} said NO-GO with ${fact('name')} (${fact('since')}). Once it is confirmed there again, it needs ${wanted}.`;
    case 'rolled_back':
      return `${fact('name')} was rolled back on ${fact('from')} (${fact('since')}). Once it is confirmed there again, it needs ${wanted}.`;
    default:
      return `${fact('name')} has ${fact('done')} of ${fact('wanted')} ${fact('unit')} and ${fact('entries')} of ${fact('wantedEntries')} entries on ${fact('from')}: let it run on there.`;
  }
}

const refusal: Readonly<Record<ReleaseRefusalCode, (fact: Facts) => string>> = {
  bad_artefact_name: (fact) =>
    `\`${fact('name')}\` is no plain file name: letters, digits and . _ + - alone, ${fact('most')} at most. Rename the file in the staging folder.`,
  artefact_missing: (fact) =>
    `There is no \`${fact('name')}\` in the staging folder ${fact('folder')} of this bot’s machine.`,
  staged_elsewhere: (fact) =>
    `The bot that took your click has no \`${fact('name')}\` in ${fact('folder')}: it lies on another bot’s machine, or was taken away. Nothing was decided. Click again, or put it there.`,
  artefact_not_a_file: (fact) =>
    `\`${fact('name')}\` is no regular file of the staging folder. Copy the file itself there.`,
  artefact_empty: (fact) => `\`${fact('name')}\` is empty. Copy it to the staging folder again.`,
  artefact_too_large: (fact) =>
    `\`${fact('name')}\` is larger than ${fact('most')}, which is the most that can be deployed.`,
  artefact_not_readable: (fact) =>
    `The bot cannot read \`${fact('name')}\`, or its \`.meta.json\`, in the staging folder. Give its account the right, or copy it there again.`,
  no_staging_folder: () => 'The targets file names no `staging` folder, so nothing can be deployed from it.',
  no_models_folder: (fact) => `The targets file names no \`models\` folder for ${fact('host')}.`,
  no_binary_path: (fact) => `The targets file names no \`binary\` for ${fact('host')}.`,
  no_model_variable: () => 'The strategy’s runbook has no `model`: it does not say how a model is chosen.',
  version_missing: () => 'Say the version of the model: each order carries it.',
  version_without_model: () => 'A version goes with a model: pick the model too.',
  reason_missing: () => 'Say why: the reason stands in the request and in the audit trail.',
  too_much_text: () => 'The reason and the values are too long together: shorten the reason.',
  nothing_to_do: () => 'Every host already runs with these values: there is nothing to release.',
  unknown_variable: (fact) =>
    `The strategy has no variable \`${fact('variable')}\`.${fact('nearest') ? ` Did you mean \`${fact('nearest')}\`?` : ''}`,
  variable_from_model: (fact) =>
    `\`${fact('variable')}\` follows from the model of this release: leave it out.`,
  bad_value: (fact) =>
    `\`${fact('variable')}\`: ${valueFault[fact('fault') as keyof typeof valueFault](fact)}`,
  release_turns_on: () =>
    'A release turns the strategy on. To turn it off, use `/lobml rollback`: it needs no approval.',
  overridden_by_layer: (fact) =>
    `${fact('host')}: ${fact('file')} sets \`${fact('variable')}\` later, so the change would have no effect. Take it out there first.`,
  unsafe_environment_file: (fact) =>
    `${fact('host')}: ${fact('file')} cannot be changed line by line (missing, an open quote, or not UTF-8). A person must put it right first.`,
  host_error: (fact) => `${fact('host')} cannot be looked at: ${fact('told')} Nothing was done; try again.`,
  configuration_changed: (fact) =>
    `${fact('file')} is not the file that the bot has loaded. Restart the bot, then plan again.`,
  verdict_forbids: (fact) =>
    `The verdict is ${fact('verdict').replace('_', '-')}: a release needs GO. Put right what stops it, then plan again.`,
  verdict_expired: () =>
    'The checks of this plan are too old to be asked for. Plan again: `/lobml deploy` runs the precheck anew.',
  not_acknowledged: (fact) => `Take these upon yourself by name first: ${fact('subjects')}.`,
  changes_other_target: (fact) =>
    `This changes what \`${fact('target')}\` runs, at once or after its next restart (${fact('host')}: \`${fact('path')}\`). Give \`${fact('own')}\` one of its own in the targets file, or take \`${fact('subject')}\` upon yourself: then those who approve for \`${fact('target')}\` must agree too.`,
  model_not_proved: (fact) =>
    `${fact('check')} is ${fact('outcome')}: break-glass skips people, never the check of the model.`,
  run_not_stored: () => 'The checks of this plan are not stored, so nobody could be shown them. Plan again.',
  request_exists: (fact) =>
    fact('state') === 'executing'
      ? `The release that ${fact('by')} asked for is being carried out. Wait for its end, or cancel it at its message.`
      : `A request${fact('by') ? ` by ${fact('by')}` : ''} for this target is not over yet. Wait for it, have it withdrawn, or let an operator supersede it${fact('who') && ` (${fact('who')})`}.`,
  target_locked: (fact) =>
    `The target is locked by ${fact('by')} since ${fact('since')}${untilOf(fact)}: ${fact('reason')}. They or an admin can unlock it.`,
  review_pending: (fact) =>
    `${fact('by')} has broken the glass on this target, and no second person has reviewed it. Review it in the incidents channel first.`,
  nobody_may_approve: () =>
    'The approval policy of this target names nobody. Set `approval.groups` or `approval.users` in the targets file.',
  no_reports_channel: () =>
    'The targets file names no `channels` for this target, so that nobody could be asked.',
  not_allowed: (fact) => `You may not do this.${fact('who') ? ` These can: ${fact('who')}.` : ''}`,
  requester_unknown: (fact) =>
    `Nobody in Slack is tied to the account \`${fact('account')}\`, so its requests could be approved by whoever asked. Name it under \`accounts\` in the targets file, or ask in Slack with \`/lobml deploy\`.`,
  frozen: (fact) =>
    `No release of this target starts before ${fact('until')}${fact('reason') && ` (${fact('reason')})`}: it is frozen until then. Start it afterwards; an admin can break the glass.`,
  not_promoted: (fact) => `${lacks(fact)} Nothing was requested or started; an admin can break the glass.`,
  promotion_unknown: (fact) =>
    `What this model has shown on ${fact('from')} cannot be told (${fact('code')}), so it may not be released here. Run \`lobml doctor\`, then try again.`,
  request_unknown: () => 'This request does not exist (any more).',
  request_closed: (fact) => `This request can no longer be changed: ${state[fact('state') as RequestState]}.`,
  request_renewed: () =>
    'The evidence of this request was run again since you saw it. Look at the message again, then decide.',
  self_approval: () =>
    'You asked for this release, so your approval cannot count. Somebody else must look at it.',
  withdraw_instead: () => 'You asked for this release: click *Withdraw* to end it.',
  not_active_member: () => 'Guests, bots and deactivated users cannot approve.',
  not_an_approver: () => 'You are not among those who may approve for this target.',
  evidence_expired: () =>
    'The checks of this request are no longer fresh. Click *Run checks again*, look at the outcome, then decide.',
  verdict_revoked: (fact) =>
    `A later \`${fact('run')}\` of this target says ${fact('verdict')} (${fact('since')}): the GO of this request no longer holds. Put right what it names, click *Run checks again*, then decide.`,
  content_changed: () =>
    'What would be deployed has changed since it was shown. Here is the plan as it stands now.',
  nothing_to_take_back: () => 'You have no approval on this request to take back.',
  not_yours_to_withdraw: (fact) =>
    `Only ${fact('by')} or an admin can withdraw this request. You can reject it.`,
  quorum_not_reached: () => 'The approvals do not make a quorum (any more), so nothing was started.',
  shared_at_work: (fact) =>
    `A release of *${fact('target')}* is at work, and brings or changes \`${fact('path')}\` as well. Nothing was started: each would put back what the other brings. Start once it has ended.`,
  release_running: () => 'Another release of this target is still at work, so nothing was started.',
  halted_since: (fact) =>
    `${fact('by')} halted this target at ${fact('since')}, so nothing was started. Once the halt has ended, ask anew.`,
  only_in_slack: () => 'This is decided in Slack, not in a terminal.',
  own_break_glass: () => 'You broke the glass yourself: a second person reviews it.',
  nothing_to_confirm: () =>
    'No release waits for a confirmation here (any more): only one whose last checks lack nothing but data can be confirmed, before its deadline.',
  nothing_under_way: () => 'No release of this target is under way, so there is nothing to say to it.',
  host_not_in_release: (fact) =>
    `${fact('host')} is no host that this release still goes on with. Name one of: ${fact('hosts')}.`,
  nobody_must_look: () => 'Nobody has to look at this release now, so nothing was done.',
  more_than_data_missing: (fact) =>
    `When the checks ran once more, more than data was missing: ${fact('checks')}. Nothing was confirmed.`,
  already_locked: (fact) =>
    `Locked already by ${fact('by')} since ${fact('since')}${untilOf(fact)}: ${fact('reason')}.`,
  not_locked: () => 'The target is not locked.',
  lock_of_another: (fact) =>
    `The lock was taken by ${fact('by')} (${fact('reason')}). Only they or an admin can take it away.`,
};

const valueFault: Readonly<Record<ValueFault, (fact: Facts) => string>> = {
  not_set: () => 'say a value.',
  empty: () => 'say a value.',
  not_a_boolean: (fact) => `\`${fact('value')}\` is no boolean; write true or false.`,
  not_one_of: (fact) =>
    `\`${fact('value')}\` is none of ${fact('expected')}.${fact('nearest') ? ` Did you mean \`${fact('nearest')}\`?` : ''}`,
  not_a_number: (fact) => `\`${fact('value')}\` is no number${fact('expected') && ` (${fact('expected')})`}.`,
  not_whole: (fact) => `\`${fact('value')}\` is no whole number (${fact('expected')}).`,
  out_of_range: (fact) => `\`${fact('value')}\` is outside of ${fact('expected')}.`,
  not_absolute: (fact) => `\`${fact('value')}\` is no absolute path.`,
  not_one_line: () => 'a value is one line of at most 500 characters.',
};

const changed: Readonly<Record<ContentPart, (fact: Facts) => string>> = {
  model: (fact) => `The model ${fact('subject')} is another file now.`,
  binary: (fact) => `The binary ${fact('subject')} is another file now.`,
  hosts: (fact) => `The hosts are ${fact('after')}, not ${fact('before')}.`,
  installed_model: (fact) =>
    `${fact('host')}: another file stands at ${fact('subject') || 'the place of its model'}.`,
  installed_binary: (fact) =>
    `${fact('host')}: another binary stands at ${fact('subject') || 'the place of its program'}.`,
  environment_file: (fact) => `${fact('host')}: the environment file ${fact('subject')} was edited.`,
  unit: (fact) =>
    `${fact('host')}: the service’s unit was changed${fact('subject') && ` (${fact('subject')})`}: a restart would start something else.`,
  variable: (fact) =>
    `${fact('host')}: ${fact('subject')} would go ${fact('after') || 'unchanged'}, not ${fact('before') || 'unchanged'}.`,
  running_process: (fact) =>
    `${fact('host')}: what differs between file and process changed (${fact('subject')}).`,
  since_confirmed: (fact) =>
    `${fact('host')}: what differs from the last confirmed release changed (${fact('subject')}).`,
  shared: () =>
    'What it shares with other targets on the same machine, or changes for them, is no longer the same.',
  dead_man: (fact) =>
    fact('after') === ''
      ? `${fact('host')} can hold a dead man now.`
      : `${fact('host')} can hold no dead man any more.`,
  runbook: () => 'The runbook was edited.',
  policy: () => 'The target’s settings, its approval policy, a group or a role was edited.',
  outcome: (fact) => `${fact('subject')} is ${fact('after') || 'gone'}, not ${fact('before') || 'unknown'}.`,
  plan: (fact) => `The plan can no longer be made as it was${fact('subject') && ` (${fact('subject')})`}.`,
};

/** All prose about plans, requests, approvals and locks; one object a language. */
export const release = {
  refusal,
  valueFault,
  /** One sentence about a part that changed; `fact` knows host, subject, before and after. */
  changed,
  state,
  plan: {
    title: 'Plan',
    model: 'Model',
    binary: 'Binary',
    variables: 'Variables',
    unchanged: 'stays',
    version: 'version',
    reason: 'Why',
    canary: 'canary',
    next: 'then',
    noChange: 'no variable changes',
    moreChanges: (count: number) => `… and ${count} more: see the whole plan`,
    whole: 'The whole plan',
    notSet: 'not set',
    withdrawn: {
      rolled_back: (sha256: string, target: string, who: string, when: string) =>
        `The model ${sha256} was rolled back on ${target} by ${who} · ${when}.`,
      halted: (sha256: string, target: string, who: string, when: string) =>
        `The release of the model ${sha256} on ${target} was stopped by the halt of ${who} · ${when}.`,
    },
    drift: {
      drift: 'Edited on the host without a restart; would go live with this release',
      undeclared: 'Variables that the runbook does not know differ too; they would go live as well',
      since_confirmed: 'Changed since the last confirmed release; stays as it is now',
      no_dead_man: 'Cannot turn the strategy off by itself at the deadline (dead man)',
    },
    shared: {
      title: 'Shared with other targets on the same machine',
      what: {
        unit: 'service',
        environment: 'environment file',
        program: 'program',
        models: 'models folder',
        model: 'model',
      },
      changes: (target: string) => `changes what ${target} runs, at once or after its next restart`,
    },
    watch: (minutes: string, confirm: string) =>
      `Checked again ${minutes} min after the start; turns itself off unless confirmed within ${confirm} min.`,
    approvers: (people: number, groups: string) =>
      `Needs ${people} ${people === 1 ? 'person' : 'different people'} besides you: ${groups}.`,
    /** Of another target, for which the release changes something. */
    approversOf: (target: string, people: number, groups: string) =>
      `Needs ${people} ${people === 1 ? 'person' : 'different people'} who may approve for ${target}, too: ${groups}.`,
    anyApprover: 'any approver',
    stops: 'What speaks against it',
    evidence: 'What is known of the model',
    noEvidence: 'Its check saw nothing of it: no meta.json, or the check did not come so far.',
    allPass: (count: number) => `All ${count} checks of the planned state pass.`,
    notRequestable: (verdict: string) =>
      `${verdict}: this cannot be requested. Put right what is listed, then plan again.`,
    acknowledge: 'I take these upon myself, by name',
    acknowledgeDrift: {
      drift: 'What was edited without a restart goes live',
      undeclared: 'Variables that the runbook does not know go live',
      since_confirmed: 'What was changed since the last confirmed release stays',
      no_dead_man: 'A host cannot turn itself off at the deadline (no dead man)',
    },
    acknowledgeAlso: (target: string) => `What ${target} runs changes; its approvers must agree`,
    refused: 'This cannot be planned',
  },
  /** A freeze window of the targets file. */
  frozen: (until: string) => `Frozen: no start before ${until}`,
  /** How far a model is where it is promoted from. */
  promotion: {
    title: 'Promotion',
    soak: (name: string, time: string, entries: string, from: string) =>
      `${name}: ${time}, ${entries} entries on ${from}`,
    of: (done: string, wanted: string) => `${done} of ${wanted}`,
    never: (name: string, from: string) => `${name}: never confirmed on ${from}`,
    no_go: (name: string, from: string, run: string, when: string) =>
      `${name}: a ${run} of ${from} said NO-GO (${when}); it must be confirmed there again`,
    rolled_back: (name: string, from: string, when: string) =>
      `${name}: rolled back on ${from} (${when}); it must be confirmed there again`,
    rule: (from: string, time: string, entries: number) =>
      `A model must first have run ${time} on ${from}, with ${entries} entries.`,
    unknown: (from: string, code: string) =>
      `What models have shown on ${from} cannot be told now (${code}).`,
    /** What the last confirmed release of there has brought. */
    nothingThere: (from: string) => `no release was confirmed on ${from} yet`,
  },
  request: {
    title: 'Release request',
    brokenGlass: 'Glass broken: a release without approvals',
    summary: (state: string, strategy: string, target: string, by: string) =>
      `Release request ${strategy} ${target} by ${by}: ${state}`,
    by: (who: string, when: string) => `asked for by ${who} · ${when}`,
    /** The halt that the request brings the strategy back from. */
    follows: (who: string, when: string, haltId: string) =>
      `Follows the halt of ${when} by ${who} (time line: \`/lobml history --incident ${haltId}\`).`,
    evidence: (verdict: string, when: string, until: string) =>
      `Checks of the planned state: ${verdict} · ${when} · good until ${until}`,
    evidenceRevoked: (kind: string, verdict: string, when: string) =>
      `A later ${kind} of this target says ${verdict} (${when}): these checks hold no longer. Put right what it names, then click Run checks again.`,
    approvals: (given: number, of: number) => `Approvals ${given} of ${of}`,
    waiting: 'waiting',
    anyone: 'any approver',
    noPlace: 'fills no place: it is taken, or this person may not approve now',
    unknownPlaces: 'Slack does not tell who the approvers are right now',
    quorumUntil: (when: string) => `Expires ${when} unless everybody above has approved`,
    startUntil: (when: string) => `Approved. Start it before ${when}, or it expires`,
    rejected: (who: string, when: string) => `Rejected by ${who} · ${when}`,
    withdrawn: (who: string, when: string) => `Withdrawn by ${who} · ${when}`,
    quorumTimeOut: (when: string) => `Expired ${when}: not everybody approved in time. Nothing was deployed`,
    startTimeOut: (when: string) =>
      `Expired ${when}: approved, but nobody started it in time. Nothing was deployed`,
    /** @param who at whose click it showed; undefined where nobody knows */
    invalidated: (when: string, who: string | undefined) =>
      `Invalid since ${when}${who === undefined ? '' : `, as the click of ${who} showed`}: what would be deployed is not what was asked for. Nothing was deployed`,
    superseded: (who: string, when: string) =>
      `Superseded by ${who} · ${when}: another release was asked for in its place. Nothing of this one was deployed`,
    halted: (who: string, when: string) => `Closed by the halt of ${who} · ${when}`,
    executing: 'The deploy has started',
    /** @param outcome what has become of the release */
    executed: (outcome: string, when: string | undefined) =>
      `The deploy has ended: ${outcome}${when === undefined ? '' : ` · ${when}`}`,
    acknowledged: (what: string, who: string) => `${what}: taken upon themselves by ${who}`,
    askAgain: 'Plan it anew with `/lobml deploy` and ask for approval again.',
    glassBy: (who: string, when: string) => `${who} started a release without approvals · ${when}`,
    glassReview:
      'A second person must look at it: until then no ordinary release of this target can be requested.',
    glassReviewed: (who: string, when: string) => `Reviewed by ${who} · ${when}`,
    posted: (channel: string) => `The request stands in ${channel}. You are told there who approves.`,
    started: 'The release has started.',
    repeated: 'You did that already: it stands.',
    kept: 'The checks ran again and none became worse: all approvals stay.',
    dropped:
      'The checks ran again and some became worse: the approvals were dropped. Look at the request, then decide again.',
    changedHead: 'What would be deployed has changed, so the request is no longer valid:',
  },
  /** Replies that notify those who are needed; `who` are mentions. */
  call: {
    approve: (who: string, by: string, target: string, until: string) =>
      `${who}: ${by} asks for your approval of a release to *${target}*. Look at the request above, and decide before ${until}.`,
    approveSoon: (who: string, target: string, until: string) =>
      `${who}: the request for *${target}* expires ${until}, and your approval is still missing.`,
    again: (who: string, target: string) =>
      `${who}: the checks for *${target}* ran again and some became worse, so your approval no longer counts. Look at the request above, then decide again.`,
    start: (who: string, target: string, until: string) =>
      `${who}: the release to *${target}* is approved. Start it before ${until}, or it expires.`,
    startSoon: (who: string, target: string, until: string) =>
      `${who}: the approved release to *${target}* has not been started. It expires ${until}.`,
    ended: (who: string, target: string, how: string) => `${who}: your request for *${target}*. ${how}`,
    confirm: (who: string, target: string, until: string) =>
      `${who}: nothing speaks against the release to *${target}*, but checks lack data. One of you can confirm it by name before ${until}. Then it turns itself off.`,
    confirmSoon: (who: string, target: string, until: string) =>
      `${who}: the release to *${target}* turns itself off ${until} unless one of you confirms it.`,
    /** @param state what has become of it since */
    over: (state: string) => `Since then: ${state}`,
  },
  button: {
    approve: 'Approve',
    reject: 'Reject…',
    withdraw: 'Withdraw',
    supersede: 'Ask in its place…',
    takeBack: 'Take back my approval',
    start: 'Start deploy',
    renew: 'Run checks again',
    reviewed: 'I have reviewed it',
    breakGlass: 'Break the glass',
    requestApproval: 'Request approval',
    makePlan: 'Show plan',
    cancel: 'Cancel',
  },
  confirm: {
    glassTitle: 'Deploy without approvals?',
    glassText:
      'It starts at once, is posted loudly in the incidents channel, and blocks the next ordinary release until a second person has reviewed it.',
    glassYes: 'Break the glass',
    startTitle: 'Start the deploy?',
    startText: (hosts: string) => `The strategy is restarted on ${hosts}.`,
    startYes: 'Start',
    no: 'Cancel',
  },
  form: {
    title: 'Deploy',
    supersedes: (by: string) =>
      `This request takes the place of the one by ${by}, which ends when you ask. Your reason is told to them.`,
    supersedesGone: 'The request that waited is over meanwhile: begin anew with /lobml deploy.',
    loading: 'Looking at the staging folder…',
    planning: 'Looking at the hosts and running the checks…',
    model: 'Model',
    keepModel: 'Keep the present model',
    /** What was judged is not among the staged models any more. */
    modelGone: (name: string, sha256: string) =>
      `\`${name}\` (SHA-256 ${sha256}…) is not among the newest staged models any more: it was removed, replaced, or is too old to be listed. Nothing was requested. Train again, or pick another model with /lobml deploy.`,
    version: 'Version',
    versionHint: 'Each order carries it.',
    binary: 'Binary',
    keepBinary: 'Keep the present binary',
    settings: 'Variables to change',
    settingsHint: 'The flag, and path and version of the model, come with the release.',
    reason: 'Why',
    noStaged: 'The staging folder holds no model.',
    skipped: {
      title: 'Not offered',
      not_a_file: 'no regular file',
      name_too_long: 'the name has more than 75 characters, rename it',
      odd_name: 'no plain name, rename it',
      not_readable: 'the bot cannot read it',
      too_large: 'too large to be deployed',
    },
    andMore: (count: number) => `and ${count} more`,
    age: (text: string) => `${text} ago`,
    default: (value: string) => `default ${value}`,
    range: (range: string) => `allowed ${range}`,
    rejectTitle: 'Reject the request',
    rejectReason: 'Why not',
    done: 'Done',
  },
  lock: {
    locked: (target: string, who: string, when: string, until: string | undefined, reason: string) =>
      `🔒 ${target} is locked by ${who} since ${when}: ${reason}. No deploy ${until === undefined ? 'until it is unlocked' : `until ${until}, unless it is unlocked before`}; a rollback goes through.`,
    goesOn: (target: string, who: string, when: string) =>
      `A release of ${target} goes on, asked for by ${who}, since ${when}: the lock does not stop it.`,
    cancelHere: 'Cancel it below, if it must not go on.',
    cancelInSlack: 'Its message in Slack has a button that cancels it.',
    unlocked: (target: string, who: string, taken: string) =>
      `🔓 ${target} is unlocked by ${who}. It was locked since ${taken}.`,
  },
};

export type ReleaseText = typeof release;

/** What is wrong with a value that somebody typed. */
type ValueFault = VariableFault | 'not_one_line';
