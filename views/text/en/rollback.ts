import type { HaltFault, HaltKind, HaltState, HostHalt } from '../../../src/domain/halt.js';

const DISABLE = { halting: 'HALTING…', verified: 'HALTED - VERIFIED', not_verified: 'HALT NOT VERIFIED' };

/** All prose of the rollback, in one language. */
export const rollback = {
  incident: {
    title: (haltId: string) => `Incident ${haltId}`,
    columns: ['Time (UTC)', 'Event', 'Who', 'Target', 'What'],
  },
  /** The first line: whether trading has stopped. */
  state: {
    disable: DISABLE,
    stop: DISABLE,
    previous_model: {
      halting: 'RESTORING MODEL…',
      verified: 'PREVIOUS MODEL - VERIFIED',
      not_verified: 'PREVIOUS MODEL NOT VERIFIED',
    },
    stop_entries: {
      halting: 'STOPPING ENTRIES…',
      verified: 'ENTRIES STOPPED - VERIFIED',
      not_verified: 'ENTRIES STOPPED - NOT VERIFIED',
    },
  } satisfies Readonly<Record<HaltKind, Readonly<Record<HaltState, string>>>>,
  kind: {
    disable: 'Disable',
    stop: 'Stop the service',
    previous_model: 'Previous model',
    stop_entries: 'Stop entries',
  } satisfies Readonly<Record<HaltKind, string>>,
  by: (kind: string, who: string, when: string) => `${kind} · ${who} · ${when}`,
  reason: (reason: string) => `Reason: ${reason}`,
  over: (hosts: string) => `It speaks of ${hosts}, and of no other host.`,
  noReason: 'No reason given yet.',
  resumed: 'The bot was ended meanwhile and has gone on from what it found on the hosts.',
  late: (endedAt: string, at: string) =>
    `This comes late: the halt ended at ${endedAt}, and Slack took this message at ${at} only. What has happened since it does not know.`,
  lateShort: (endedAt: string) => `late: it ended at ${endedAt}`,
  timeLine: (haltId: string) =>
    `Halt \`${haltId}\`: \`/lobml history --incident ${haltId}\` (in a terminal \`lobml history …\`) shows its time line.`,
  alreadyBy: (kind: string, who: string, when: string) =>
    `${who} did this already at ${when} (${kind}). It is carried out once; nothing was started again.`,
  insteadBy: (kind: string, who: string, when: string, asked: string) =>
    `${kind} by ${who} has gone on since ${when} and goes first. What you asked for (${asked}) was not done.`,
  hosts: 'Hosts',
  disk: {
    disable: {
      pending: 'flag not written yet',
      done: 'flag off on disk',
      was_done: 'flag was off on disk already',
      failed: 'flag NOT written',
    },
    stop: {
      pending: 'flag not written yet',
      done: 'flag off on disk',
      was_done: 'flag was off on disk already',
      failed: 'flag NOT written',
    },
    previous_model: {
      pending: 'environment not written yet',
      done: 'environment written',
      was_done: 'environment held it already',
      failed: 'environment NOT written',
    },
    stop_entries: {
      pending: 'close-only not written yet',
      done: 'close-only on disk',
      was_done: 'close-only was on disk already',
      failed: 'close-only NOT written',
    },
  } satisfies Readonly<Record<HaltKind, Readonly<Record<HostHalt['disk'] | 'was_done', string>>>>,
  restart: {
    pending: 'not restarted yet',
    issued: 'restarting…',
    done: 'restarted',
    not_needed: 'no restart needed',
    failed: 'restart FAILED',
  } satisfies Readonly<Record<HostHalt['restart'], string>>,
  stop: {
    issued: 'stopping the service…',
    done: 'service stopped',
    failed: 'stop FAILED',
  } satisfies Readonly<Record<Exclude<HostHalt['stop'], 'none'>, string>>,
  process: {
    disable: {
      unknown: 'process not seen yet',
      differs: 'process still shows flag ON',
      as_wanted: 'process shows flag off',
      stopped: 'no process: the service is stopped',
    },
    stop: {
      unknown: 'process not seen yet',
      differs: 'process still runs with flag ON',
      as_wanted: 'process still runs, with flag off',
      stopped: 'no process: the service is stopped',
    },
    previous_model: {
      unknown: 'process not seen yet',
      differs: 'process still has the other model',
      as_wanted: 'process shows the previous model',
      stopped: 'no process: the service is stopped',
    },
    stop_entries: {
      unknown: 'process not seen yet',
      differs: 'process does NOT show close-only',
      as_wanted: 'process shows close-only',
      stopped: 'no process: the service is stopped, and no exit is carried out either',
    },
  } satisfies Readonly<Record<HaltKind, Readonly<Record<HostHalt['process'], string>>>>,
  noMainProcess: 'no main process any more',
  pid: (before: string, now: string) => `PID ${before} → ${now}`,
  fault: {
    not_answering: 'does not answer',
    not_on_disk: 'the environment file cannot be written',
    restart_failed: 'the restart failed',
    restart_ignored: 'the restart was reported as done, but the old process lives on',
    restart_loop: 'the service restarts in a loop',
    process_differs:
      'the new process has another value: something else sets the variable (the unit, or a later file)',
    process_unreadable: 'the running process does not let its environment be read',
    stop_failed: 'the service could not be stopped',
    not_ending:
      'the process does not end on SIGTERM and is killed: where it lives on, `kill -KILL` and its number',
    processes_left:
      'processes of the service live on and may trade: end them with `kill -KILL` and their numbers',
    processes_unknown:
      'nobody can see which processes belong to the service: the targets file needs `processes` for it',
    strategy_loaded: 'the new process has LOADED THE STRATEGY although its flag is off: stop the service',
    log_unreadable: 'the log cannot be read, so nobody knows whether the new process has loaded the strategy',
    strategy_not_loaded:
      'the new process has not loaded the strategy, so no exit is carried out: its flag is off, or its log says why',
  } satisfies Readonly<Record<HaltFault, string>>,
  triedAgain: 'it is tried again',
  unanswered: {
    restart: 'no answer to the restart',
    stop: { done: 'the stop was answered', failed: 'no answer to the stop' },
  },
  /** Of what has ended: nothing of it is on its way any more. */
  ended: {
    disk: {
      disable: 'flag not seen off on disk',
      stop: 'flag not seen off on disk',
      stop_entries: 'close-only not seen on disk',
      previous_model: 'environment not seen written',
    } satisfies Readonly<Record<HaltKind, string>>,
    restart: { pending: 'not restarted', issued: 'the restart was not seen through' },
    stop: 'the stop was not seen through',
    process: 'process not seen',
  },
  stopBecause: {
    issued: (why: string) => `it is being stopped, because ${why}`,
    done: (why: string) => `stopped instead, because ${why}`,
    failed: (why: string) => `it was to be stopped, because ${why}`,
  } satisfies Readonly<Record<Exclude<HostHalt['stop'], 'none'>, (why: string) => string>>,
  flagStillOn: 'The flag is still ON on disk: do not start the service before it is off.',
  watch: {
    waiting: 'New entries: watched as soon as every host is off.',
    notWatched: 'New entries were not watched: not every host was seen off.',
    begun: (until: string) => `Watching for new entries until ${until}.`,
    watching: (from: string, until: string) => `No new entry since ${from}; watching until ${until}.`,
    clear: (from: string, until: string) => `No new entry from ${from} to ${until}.`,
    entries: (count: number, from: string) =>
      `${count} NEW ${count === 1 ? 'ENTRY' : 'ENTRIES'} since ${from}: the strategy trades on.`,
    unknown: (why: string) => `Whether new entries came is unknown: ${why}.`,
    databaseAway: 'the trading database did not answer',
    databaseMissing: 'TRADING_DATABASE_URL is not set',
    databaseRefuses: 'the trading database refuses the query; `lobml doctor` says why',
  },
  resting: (total: number) =>
    `${total} ${total === 1 ? 'order' : 'orders'} can still fill: cancel ${total === 1 ? 'it' : 'them'} at the venue`,
  restingOrder: (market: string, shares: string, orders: number, until: string | undefined) =>
    `${market}, ${shares} shares in ${orders} ${orders === 1 ? 'order' : 'orders'}, ${until === undefined ? 'nobody knows until when' : `until ${until}`}`,
  /** Where entries end and exits go on. */
  entriesAlone: {
    waiting: 'New entries: watched as soon as every host shows close-only.',
    notWatched: 'New entries were not watched: not every host was seen with close-only.',
    entries: (count: number, from: string) =>
      `${count} NEW ${count === 1 ? 'ENTRY' : 'ENTRIES'} since ${from}: the strategy opens positions although it is told to close only.`,
    resting: (total: number) =>
      `${total} ${total === 1 ? 'order that is' : 'orders that are'} no known ${total === 1 ? 'exit' : 'exits'} can still fill`,
    notCancelled:
      'Nothing is cancelled at the venue, because that would cancel exits too. An entry that rests can still fill: cancel it there by its number, or disable.',
    scope: (values: string) =>
      `Entries end, exits go on (${values}). The strategy is NOT halted: its flag stays as it is, and its process goes on.`,
    exitsGoOn: 'Every new process was seen loading the strategy, so that exits go on.',
    exitsUnseen:
      'The log does not tell whether the strategy was loaded, so nobody has seen that exits go on.',
    turningOn: (values: string) =>
      `Letting it enter again is a deploy that changes ${values}, with its full quorum: \`/lobml deploy\`.`,
    alarm: (group: string, target: string) => `${group} ${target} may still open positions. Act by hand now:`,
    notOffered: (strategies: string) =>
      `The runbook of ${strategies} names no values that end entries alone (\`halt.closeOnly\`), so nothing was done. Disable, or go back to the previous model.`,
    notOfferedByAll: (targets: string) =>
      `Nothing was done: of ${targets} the runbook names no values that end entries alone (\`halt.closeOnly\`). Disable all targets, or stop the entries of the others one by one.`,
  },
  restingUnknown: 'Nobody has said whether an order can still fill.',
  missing: 'What is missing',
  byHand: 'Do this by hand',
  onHost: (host: string) => `On ${host}:`,
  setByHand: (line: string, file: string) => `# set ${line} in ${file}`,
  openEntries: (total: number) =>
    `${total} ${total === 1 ? 'entry has' : 'entries have'} no exit: nobody manages ${total === 1 ? 'it' : 'them'} now`,
  openEntriesNone: 'No open position: no entry of the last 24 hours is without an exit.',
  start: {
    proved: 'every new process was seen loading the model',
    notProved: (outcome: string) => `a new process was not seen loading the model (${outcome})`,
    notAsked: 'nobody looked whether the model was loaded: run gonogo',
  },
  openEntriesUnknown: (why: string) => `Entries without an exit: unknown (${why}).`,
  openEntry: (market: string, side: string, shares: string, since: string) =>
    `${market} ${side}, ${shares} shares, since ${since}`,
  more: (count: number) => `and ${count} more`,
  section4: (verdict: string, isOff: boolean) =>
    `Section 4 since the halt: ${verdict}${isOff ? ' (a halted strategy has no activity to judge)' : ''}.`,
  section4Missing: 'Section 4 could not be run.',
  section4NotRun: (target: string) => `Section 4 was not run here: \`lobml verify ${target}\` runs it.`,
  cancelAway:
    'a running deploy could not be cancelled yet: the database of the bot is away, and the bot tries it again',
  cancelled: (release: boolean, requests: number) =>
    [
      ...(release ? ['the running release was stopped'] : []),
      ...(requests > 0
        ? [`${requests} open ${requests === 1 ? 'request was' : 'requests were'} closed`]
        : []),
    ].join(', '),
  history: (claim: string) => `HISTORY (was: ${claim})`,
  resolved: (kind: string, who: string, when: string) =>
    `Resolved: ${kind} by ${who} was verified at ${when}. Nothing is to be done here any more.`,
  superseded: (since: string, releaseId: string, who: string | undefined) =>
    `Since ${since} a release${who === undefined ? '' : ` of ${who}`} has run: the strategy may be on again. \`/lobml history ${releaseId}\` shows that release, \`/lobml status\` what is now.`,
  turningOn: 'Turning it on again is a deploy, with its full quorum: `/lobml deploy`.',
  alarmAtVenue: (group: string, target: string) =>
    `${group} ${target} was seen off, but not that nothing can fill at the venue. Act by hand now:`,
  alarm: (group: string, target: string) => `${group} ${target} may still be trading. Act by hand now:`,
  button: {
    disable: 'Disable now',
    stop: 'Stop the service',
    stopEntries: 'Stop entries',
    previousModel: 'Previous model',
    addReason: 'Add reason',
    restore: 'Restore',
    cancel: 'Cancel',
    details: 'Details',
  },
  previous: {
    title: 'Previous model',
    looking: 'Looking for the last confirmed release…',
    restores: (when: string) =>
      `Restores the model of the release that was confirmed ${when}, on these hosts:`,
    host: (host: string, path: string, sha256: string) => `${host}: ${path}, SHA-256 ${sha256}`,
    putBack: 'its kept copy is put back first',
    verified: 'The files were verified by their SHA-256 just now.',
    untried: (hosts: string) =>
      `The program on ${hosts} and this model were never confirmed together: nobody knows whether they fit.`,
    flagStays: 'The enable flag stays as it is: a strategy that trades goes on trading, with this model.',
    none: 'No release of this target was ever confirmed, so there is nothing to go back to. Disable instead.',
    runsAlready: 'No confirmed release had another model than the one that runs now. Disable instead.',
    withdrawn: (which: string) =>
      `There is no other model to go back to. ${which} A release may bring it back; or disable instead.`,
    artefactMissing: (host: string, path: string, sha256: string) =>
      `${host}: neither ${path} nor its kept copy has the confirmed content (SHA-256 ${sha256}). Nothing was changed; disable instead.`,
    usedByOther: (host: string, path: string, target: string) =>
      `${host}: ${path} has another content by now, and ${target} uses it. Nothing was changed; disable instead, or release the model under a name of its own.`,
    hostAway: (told: string) =>
      `A host could not be looked at: ${told} Nothing was changed; disable instead.`,
    databaseAway:
      'The database of the bot is away, and only it knows which releases were confirmed. Nothing was changed; disable instead.',
    changed: 'What would be restored has changed since it was shown. Nothing was done; look again.',
    started: 'It has begun; the message in the channel shows how far it is.',
  },
  /** Every target at once. */
  all: {
    title: {
      halting: (_open: number, total: number) => `HALTING ${total} TARGETS…`,
      verified: (_open: number, total: number) => `ALL ${total} TARGETS HALTED - VERIFIED`,
      not_verified: (open: number, total: number) => `${open} OF ${total} TARGETS NOT VERIFIED`,
    } satisfies Readonly<Record<HaltState, (open: number, total: number) => string>>,
    entriesTitle: {
      halting: (_open: number, total: number) => `STOPPING THE ENTRIES OF ${total} TARGETS…`,
      verified: (_open: number, total: number) => `ENTRIES OF ALL ${total} TARGETS STOPPED - VERIFIED`,
      not_verified: (open: number, total: number) => `ENTRIES OF ${open} OF ${total} TARGETS NOT VERIFIED`,
    } satisfies Readonly<Record<HaltState, (open: number, total: number) => string>>,
    all: (targets: string) => `Rollback · all targets: ${targets}`,
    disable: 'Disable all targets',
    stop: 'Stop all services',
    stopEntries: 'Stop all entries',
    asks: (targets: string) => `All of these are halted at once: ${targets}.`,
    forms: (offersEntries: boolean) =>
      `Nothing was done. To act: \`lobml rollback --all --disable\`${offersEntries ? ', `lobml rollback --all --stop-entries`' : ''} or \`lobml rollback --all --stop\`.`,
  },
  reasonModal: {
    title: 'Reason',
    label: 'Why was it rolled back?',
    submit: 'Save',
    close: 'Cancel',
    gone: 'This rollback is not on record, so the reason was not saved.',
  },
  confirm: {
    title: 'Disable now?',
    text: (target: string) => `The flag goes to false and ${target} is restarted at once.`,
  },
  status: {
    title: (target: string) => `Rollback · ${target}`,
    last: (state: string, who: string, when: string) => `Last: ${state} · ${who} · ${when}`,
    never: 'No rollback is on record.',
    uncertain: 'The bot’s database does not say, so a newer rollback may be missing here.',
    who: (names: string) => `Who may: ${names}, at once and without approval.`,
    forms: (target: string, offersEntries: boolean) =>
      `Nothing was done. To act: \`lobml rollback ${target} --disable\`, ${offersEntries ? `\`lobml rollback ${target} --stop-entries\`, ` : ''}\`lobml rollback ${target} --stop\` or \`lobml rollback ${target} --previous-model\`.`,
    explainForms:
      '--disable sets the flag to false on every host and restarts; --stop stops the service as well; --previous-model puts the last confirmed release with another model back.',
    explainEntries: 'Stopping entries lets the strategy go on with its exits alone.',
    explain:
      '*Disable now* sets the flag to false on every host and restarts, on one click. *Previous model* shows what it would restore and asks once.',
  },
};

export type RollbackText = typeof rollback;
