import type { ObservedRow } from '../../../src/domain/check-run.js';
import { sayConditionFault } from '../../../src/domain/condition.js';
import { sayDatabaseFault } from '../../../src/domain/database-fault.js';
import type { FaultCode } from '../../../src/domain/fault.js';
import type { Outcome, RunKind } from '../../../src/domain/outcome.js';
import type { ReasonCode } from '../../../src/domain/reason.js';
import type { FailFastReason } from '../../../src/domain/release-problem.js';
import type { Verdict } from '../../../src/domain/verdict.js';
import { cell, quotedCell, valueText, written } from '../../cell.js';
import { conditionFault } from './condition-fault.js';
import { databaseFault, databaseWayOut } from './database-fault.js';
import { modelFaults, whyOf } from './model-faults.js';

const where = (row: Parameters<typeof cell>[0]): string =>
  row['line'] === null || row['line'] === undefined
    ? cell(row, 'file')
    : `${cell(row, 'file')} line ${cell(row, 'line')}`;

const didYouMean = (row: Parameters<typeof cell>[0]): string =>
  row['nearest'] ? ` Did you mean ${quotedCell(row, 'nearest')}?` : '';

const itsDefault = (row: Parameters<typeof cell>[0]): string =>
  row['kept'] ? `default ${quotedCell(row, 'kept')}` : 'default';

/** Why a start counts as failed. */
const startFailure: Readonly<Record<FailFastReason, string>> = {
  exited: 'the process has exited',
  restart_loop: 'it is started again and again',
  error_line: 'its log holds an error of the start',
  frozen: 'the process is stopped or frozen (`kill -CONT`, `systemctl thaw`)',
  timed_out: 'the time is up',
};

const becauseOf = (row: Parameters<typeof cell>[0]): string => {
  const reasons: Readonly<Record<string, string>> = startFailure;
  return reasons[cell(row, 'because')] ?? cell(row, 'because');
};

const quoted = (row: Parameters<typeof cell>[0]): string => {
  const lines = Array.isArray(row['quotes']) ? row['quotes'].slice(-2) : [];
  return lines.length === 0 ? '' : ` Its log: ${lines.map((line) => `\`${valueText(line)}\``).join(' ')}`;
};

const reason: Readonly<Record<ReasonCode, (fact: Facts) => string>> = {
  conditions_hold: () => 'As expected.',
  warning_holds: () => 'Within the bounds, but its warning condition holds.',
  failure_holds: () => 'Its fail condition holds.',
  neither_holds: () => 'Neither good enough to pass nor bad enough to fail.',
  faulty_rows: (fact) => `${fact('count')} wrong.`,
  no_data: () => 'No data: nothing was measured, and nothing measured is no pass.',
  keys_missing: (fact) => `No row at all for ${fact('missing')}.`,
  account_unknown: (fact) =>
    `Nobody says which account the service runs as on ${fact('hosts')}: whether it may read the file was not looked at.`,
  start_unknown: (fact) =>
    `Nobody knows since when the process on ${fact('hosts')} runs: these orders may be of an earlier one.`,
  service_stopped: (fact) => `The service on ${fact('hosts')} is stopped: no present process to judge.`,
  service_down: (fact) =>
    `The service has no process on ${fact('hosts')}: it has failed, or is being started again and again.`,
  condition_error: (fact) =>
    `Its conditions could not be evaluated: ${sayConditionFault(conditionFault, fact)}.`,
  too_costly: () => 'Its conditions cost more steps, or more time, than judging one answer may.',
  host_error: (fact) => `${fact('host')}: ${hostError[fact('code')] ?? 'the host could not be looked at'}.`,
  database_error: (fact) => `${sayDatabaseFault(databaseFault, fact, 'trading')}.`,
  state_database_error: (fact) => `${sayDatabaseFault(databaseFault, fact, 'state')}.`,
  endpoint_error: (fact) => `${fact('url')}: ${endpointError[fact('code')]?.(fact) ?? 'no answer'}.`,
  environment_unclear: (fact) =>
    `${fact('variable')} has no one valid value to compare with: ${fact('values')}.`,
  clocks_unread: (fact) => `No answer from the clock of ${fact('clocks')}; the others are as shown.`,
  probe_timeout: (fact) => `No answer within ${Number(fact('timeoutMs')) / 1000} s.`,
  not_configured: (fact) => `${fact('setting')} is not set, so this could not be looked at.`,
  model_runtime_missing: () =>
    'ONNX Runtime is not installed on the bot’s machine, so no model can be judged.',
  probe_failed: () => 'The check itself failed, and nobody foresaw how.',
  too_many_rows: (fact) => `More than ${fact('maxRows')} rows were seen, which is too many to judge.`,
  skipped: (fact) => `Skipped by ${fact('by')}: ${fact('because')}.`,
};

const fault: Readonly<Record<FaultCode, (row: ObservedRow) => string>> = {
  not_set: (row) =>
    `${cell(row, 'host')}: not set in any environment file, and the strategy has no default. ${where(row)}`,
  empty: (row) => `${cell(row, 'host')}: set to nothing. ${where(row)}`,
  not_a_boolean: (row) =>
    `${cell(row, 'host')}: ${written(row)} is no boolean; the strategy would ignore it and keep its ${itsDefault(row)}.${didYouMean(row)} ${where(row)}`,
  not_one_of: (row) =>
    `${cell(row, 'host')}: ${written(row)} is none of ${cell(row, 'allowed')}; the strategy would keep its ${itsDefault(row)} or refuse to start.${didYouMean(row)} ${where(row)}`,
  not_a_number: (row) =>
    `${cell(row, 'host')}: ${written(row)} is no number; the ${itsDefault(row)} applies. ${where(row)}`,
  not_whole: (row) =>
    `${cell(row, 'host')}: ${written(row)} is no whole number (${cell(row, 'allowed')}); the ${itsDefault(row)} applies. ${where(row)}`,
  out_of_range: (row) =>
    `${cell(row, 'host')}: ${quotedCell(row, 'raw')} is outside ${cell(row, 'allowed')}. ${where(row)}`,
  not_absolute: (row) => `${cell(row, 'host')}: ${quotedCell(row, 'raw')} is no absolute path. ${where(row)}`,
  environment_file_missing: (row) =>
    `${cell(row, 'host')}: the environment file ${cell(row, 'file')} is missing.`,
  environment_file_refused: (row) =>
    `${cell(row, 'host')}: systemd would refuse ${cell(row, 'file')} (it is not UTF-8 text, or holds a NUL).`,
  value_spans_lines: (row) =>
    `${cell(row, 'host')}: its value runs over several lines: a quote is not closed, or a line ends in a backslash. ${where(row)}`,
  comment_takes_line: (row) =>
    `${cell(row, 'host')}: a comment before it ends in a backslash. systemd before version 254 takes the next line as part of that comment, later versions do not: which value the service reads depends on the version. Take the backslash away. ${where(row)}`,
  export_ignored: (row) =>
    `${cell(row, 'host')}: systemd ignores the line that sets it: \`export\` is for shells. Write \`NAME=value\` alone. ${where(row)}`,
  line_ignored: (row) =>
    `${cell(row, 'host')}: systemd ignores the line that names it: it is not of the form \`NAME=value\`. ${where(row)}`,
  file_missing: (row) => `${cell(row, 'host')}: there is no file ${cell(row, 'path')}.`,
  not_a_file: (row) => `${cell(row, 'host')}: ${cell(row, 'path')} is no regular file.`,
  empty_file: (row) => `${cell(row, 'host')}: ${cell(row, 'path')} is empty.`,
  not_readable: (row) =>
    `${cell(row, 'host')}: the account ${cell(row, 'user')} may not read ${cell(row, 'path')}.`,
  not_onnx: (row) => `${cell(row, 'host')}: ${cell(row, 'path')} is no ONNX model: ${whyOf(row)}.`,
  model_path_unknown: (row) =>
    `${cell(row, 'host')}: no variable names a model file, so there is nothing to look at.`,
  ...modelFaults,
  outside_models_folder: (row) =>
    `${cell(row, 'host')}: ${cell(row, 'path')} leads to ${cell(row, 'real_path')}, outside ${cell(row, 'models')}.`,
  start_failed: (row) =>
    `${cell(row, 'host')}: the start failed, ${becauseOf(row)} (state ${cell(row, 'state')}, exit status ${cell(row, 'exit_status')}, ${cell(row, 'restarts')} automatic restarts).${quoted(row)}`,
  start_differs: (row) =>
    `${cell(row, 'host')}: the process runs without the files’ values of ${cell(row, 'variables')}.`,
  start_frozen: (row) =>
    `${cell(row, 'host')}: process ${cell(row, 'pid')} is stopped or frozen, so it does nothing. Let it go on (\`kill -CONT ${cell(row, 'pid')}\`, or \`systemctl thaw\` of the unit), or restart the service.`,
};

/** What a check's own remedy speaks of, or nothing has to be done about. */
type Judged = 'conditions_hold' | 'warning_holds' | 'failure_holds' | 'neither_holds';

const remedy: Readonly<Record<Exclude<ReasonCode, Judged>, string>> = {
  model_runtime_missing: 'Run `npm install onnxruntime-node` in the bot’s folder, and start it again.',
  faulty_rows: 'Mend the value with a release (/lobml deploy), then run the check again.',
  no_data:
    'No row is no fault yet: wait for the first and run it again. If none comes, look at what should write it.',
  keys_missing: 'The source of these rows is dead or was never started: look at the collector.',
  account_unknown:
    'Set `user` of the service in the targets file, or let the status command print User= (docs/targets.md).',
  start_unknown: 'Let the status command print ActiveEnterTimestamp (docs/targets.md).',
  service_stopped: 'Start the service if it should be running.',
  service_down:
    'The proof of start (/lobml gonogo) quotes its log. If it does not come up, stop the strategy or go back with /lobml rollback.',
  host_error: 'Check that the host answers; `lobml doctor` shows what the bot can reach.',
  database_error: 'Check the trading database; `lobml doctor` shows what the bot can reach.',
  state_database_error: 'Check the bot’s own database; `lobml doctor` shows what the bot can reach.',
  clocks_unread: 'Check that it answers; `lobml doctor` shows what the bot can reach, and each clock.',
  probe_timeout: 'Run it again. If it stays, look at the load of the host or the database.',
  endpoint_error:
    'Check that the address answers from the bot’s machine (`url` in the runbook), then run the check again.',
  too_many_rows:
    'Let the check count rows, or ask for fewer; `bounds` of the runbook says how many it may see.',
  probe_failed:
    'Run it again. If it stays, the line “a check failed” of the log names the cause: show it to whoever maintains the bot.',
  skipped: 'Run the checks again without leaving it out.',
  not_configured: 'Set it for the bot and start the bot again.',
  environment_unclear: 'Release one value to all hosts (/lobml deploy), then run the check again.',
  condition_error: 'Mend the condition in the runbook, or the query that feeds it.',
  too_costly:
    'Let the SQL count or compare, and let the condition look at each row once: a list within a list costs the product of both.',
};

const hostError: Readonly<Record<string, string>> = {
  not_found: 'what was looked for is not there',
  permission_denied: 'the bot may not look at it',
  outside_folder: 'the path leads outside its folder',
  not_a_file: 'the path is no regular file',
  too_large: 'the file is too large to be looked at',
  timeout: 'no answer in time',
  unreachable: 'the host does not answer',
  command_failed: 'a command on the host failed',
  unreadable_answer: 'the answer of a command could not be read',
  changed_since_plan: 'the file changed since it was planned',
  no_space: 'the disk is full',
  read_only: 'the disk is read-only',
  cancelled: 'it was cancelled',
  not_configured: 'the targets file does not say how',
};

/** What to do about it; for every other fault the general remedy. */
const hostWayOut: Readonly<Record<string, string>> = {
  not_found: 'Put there what is missing, or correct its path or name in the targets file.',
  permission_denied: 'Give the bot’s account on that host the right, or `sudo` in the targets file.',
  outside_folder: 'Name its folder in the targets file, or move it into one that is named there.',
  timeout: 'Run it again. If it stays, look at the load of the host and at how much its service logs.',
  command_failed:
    'Run the command of the targets file by hand, on the host and as the bot’s account; `lobml doctor` tells which one fails.',
  unreadable_answer:
    'Run the command of the targets file by hand, and compare its answer with docs/targets.md.',
  no_space: 'Make room on the disk of the host.',
  read_only: 'Let the disk of the host be written to again.',
  cancelled: 'Run it again.',
  not_configured: 'Say in the targets file how it is done (docs/targets.md).',
};

const endpointError: Readonly<Record<string, (fact: Facts) => string>> = {
  address_refused: () =>
    'it leads to a private address that `probeAddresses` of the targets file does not name, so nothing was asked',
  timeout: (fact) => `no whole answer within ${Number(fact('timeoutMs')) / 1000} s`,
  unreachable: (fact) => `no answer (${fact('detail') || 'the connection failed'})`,
  too_large: () => 'the answer is larger than 256 KiB',
  too_many_rows: () => 'the answer has more than 1,000 rows',
};

/** All prose of the reports; one object a language, of the same shape. */
export const report = {
  verdict: {
    GO: 'GO',
    GO_WITH_WARNINGS: 'GO WITH WARNINGS',
    HOLD: 'HOLD',
    NO_GO: 'NO-GO',
  } satisfies Readonly<Record<Verdict, string>>,
  outcome: {
    PASS: 'pass',
    WARN: 'warning',
    FAIL: 'fail',
    INCONCLUSIVE: 'inconclusive',
    ERROR: 'error',
    SKIPPED: 'skipped',
  } satisfies Readonly<Record<Outcome, string>>,
  kind: { precheck: 'precheck', verify: 'verify', gonogo: 'go/no-go' } satisfies Readonly<
    Record<RunKind, string>
  >,
  reason,
  /** About one row that carries the fault. */
  fault,
  startFailure,
  /** What to do about a reason; the runbook's own remedy goes before it. */
  remedy,
  hostError,
  hostWayOut,
  databaseWayOut,
  endpointError,
  report: {
    stops: 'What stops it',
    unknown: 'What is unknown',
    warnings: 'Warnings',
    shadow: 'In trial (does not decide)',
    by: (kind: string, who: string, when: string) => `${kind} by ${who} · ${when}`,
    size: (checks: number, seconds: string) => `${checks} checks in ${seconds} s`,
    validUntil: (when: string) => `valid until ${when}`,
    folded: (passed: number, of: number) => `${passed} of ${of}`,
    others: (count: number) => `${count} more that ${count === 1 ? 'is' : 'are'} not right`,
    rest: (passed: number, of: number) =>
      passed === of ? `All ${of} checks pass` : `${passed} of ${of} checks pass`,
    more: (count: number) => `and ${count} more`,
    cut: 'More than fits here: see Details.',
    notStored:
      'This run could not be stored (the bot’s database does not answer): Details and history will not show it.',
    /** A variable is set in no file. */
    defaultApplies: (host: string, value: string) =>
      `${host}: not set in any file; the strategy’s default \`${value}\` applies.`,
    expired: (when: string) => `Expired ${when}: run it again before you decide on it.`,
    /** @param when it would expire */
    fromFuture: (when: string) =>
      `Dated in the future (it would expire ${when}): a clock is wrong. Compare them (lobml doctor), and run it again.`,
    /** What an expired verdict was. */
    wasBefore: (verdict: string) => `It was ${verdict}.`,
    /** @param kind of the later run */
    revoked: (kind: string, verdict: string, when: string) =>
      `Revoked: a later ${kind} of this target says ${verdict} (${when}). This GO holds no longer.`,
    superseded: (when: string) => `A newer run exists (${when}): this report is history.`,
    summary: (verdict: string, strategy: string, target: string, kind: string, why: string) =>
      `${verdict} · ${strategy} · ${target} · ${kind}${why && `: ${why}`}`,
    running: (kind: string, strategy: string, target: string) => `Running ${kind} · ${strategy} · ${target}`,
    runningLine: (done: number, of: number) => `${done} of ${of} checks done`,
    stillRunning: 'still running',
  },
  button: {
    runAgain: 'Run again',
    details: 'Details',
    deploy: 'Request deploy',
    charts: 'Charts',
    close: 'Close',
    countAll: 'Show',
  },
  details: {
    title: 'Evidence',
    loading: 'Reading the stored run…',
    gone: 'This run is not stored: run the check again.',
    observed: 'Observed',
    expected: 'Expected',
    window: 'Window',
    took: (ms: number, at: string) => `${ms} ms, observed ${at}`,
    noRows: 'no row',
    parameters: 'Parameters',
    counting: 'Counting…',
    rowsMore: (count: number) => `… and ${count} more rows`,
  },
  help: {
    title: 'lobml: the release captain',
    intro: 'Runs the Go/No-Go checklist of the strategy and shows the evidence.',
    audience: { all: 'everybody', requester: 'requesters', operator: 'operators', admin: 'admins' },
    section: (id: string) => `checklist ${id}`,
    emergency: (command: string) => `*Something is wrong? Stop it now:* ${command}`,
    terminalOnly: 'in a terminal',
    unknown: (name: string, guess: string | undefined, help: string) =>
      `There is no subcommand ${name}.${guess ? ` Did you mean ${guess}?` : ''} ${help} lists them all.`,
  },
};

export type ReportText = typeof report;

/** The facts of a reason, each as text. */
export type Facts = (name: string) => string;
