import type { EnvironmentEditCode, HostAttempt, HostFaultSentences } from '../../../src/domain/host-fault.js';
import { ownValue } from '../../../src/domain/own-value.js';

const ATTEMPTS: Readonly<Record<HostAttempt, (subject: string) => string>> = {
  look_at_file: (path) => `looking at ${path}`,
  read_file: (path) => `reading ${path}`,
  hash_file: (path) => `hashing ${path}`,
  look_at_rights: (path) => `looking at the rights of ${path}`,
  list_folder: (path) => `listing ${path}`,
  write_file: (path) => `writing ${path}`,
  install_file: (path) => `installing ${path}`,
  copy_file: (path) => `copying ${path}`,
  remove_file: (path) => `removing ${path}`,
  look_at_process: (pid) => `looking at process ${pid}`,
  read_process_environment: (pid) => `reading the environment of process ${pid}`,
  ask_time: () => 'asking for the time',
  ask_account: (user) => `asking for the account ${user}`,
  ask_own_account: () => 'asking for the own account',
  ask_training: () => 'asking about a training',
  command: (name) => `the command for ${name}`,
  program: (words) => words || 'the command',
};

const EDITS: Readonly<Record<EnvironmentEditCode, (variable: string) => string>> = {
  invalid_name: () => 'a variable has a name that systemd does not accept',
  invalid_value: () => 'a value must be one line without control characters',
  unreadable_file: () => 'it holds a NUL byte',
  open_quote: (variable) =>
    `the quote of ${variable} is never closed; a person must put the file right first`,
  unsafe_file: () =>
    'a comment that ends in a backslash, or an open quote, stands in the way; a person must put the file right first',
};

const tried = (attempt: HostAttempt, subject: string): string =>
  (ownValue(ATTEMPTS, attempt) ?? ATTEMPTS.program)(subject);
const inBrackets = (words: string): string => (words === '' ? '' : ` (${words})`);

export const hostFault: HostFaultSentences = {
  host_ended: ({ host, exitCode, words, attempt, subject }) =>
    `${host}: ${tried(attempt, subject)} ended with exit code ${exitCode}${inBrackets(words)}.`,
  host_sudo_asks: ({ host, exitCode, words, attempt, subject }) =>
    `${host}: ${tried(attempt, subject)} ended with exit code ${exitCode}${inBrackets(words)}. sudo asks for a password there: give the account NOPASSWD for this command, and write \`sudo: [sudo, -n]\`.`,
  host_failed: ({ host, errno, attempt, subject }) =>
    `${host}: ${tried(attempt, subject)} failed (${errno || 'unexpected error'}).`,
  host_late: ({ host, timeoutMs, attempt, subject }) =>
    `${host}: ${tried(attempt, subject)} took longer than ${timeoutMs} ms.`,
  host_cancelled: ({ host, attempt, subject }) => `${host}: ${tried(attempt, subject)} was cancelled.`,
  host_printed_too_much: ({ host, attempt, subject }) =>
    `${host}: ${tried(attempt, subject)} printed too much.`,
  host_not_started: ({ host, errno, attempt, subject }) =>
    `${host}: ${tried(attempt, subject)} could not be started (${errno || 'unknown'}).`,

  host_silent: ({ host }) => `${host} does not answer.`,
  host_unreached: ({ host, words }) => `${host}: ssh could not reach the host${inBrackets(words)}.`,
  host_runs_no_command: ({ host, words }) =>
    `${host}: the host let no command run (${words}): the account’s shell ends before it, or its key has a forced command, which serves a service alone (serviceIdentityFile).`,
  host_act_lost: ({ host, method }) =>
    `${host}: what became of ${method} is not known: the process for hosts has ended.`,

  host_file_missing: ({ host, path }) => `${host}: there is no file ${path}.`,
  host_folder_missing: ({ host, path }) => `${host}: there is no folder ${path}.`,
  host_no_place: ({ host, path }) => `${host}: there is no folder for ${path}.`,
  host_link_leads_nowhere: ({ host, path }) => `${host}: the link ${path} leads to nothing.`,
  host_not_a_file: ({ host, path }) => `${host}: ${path} is not a file.`,
  host_file_too_large: ({ host, path, maxBytes }) => `${host}: ${path} is larger than ${maxBytes} bytes.`,
  host_leads_outside: ({ host, path, folder }) => `${host}: ${path} leads outside ${folder}.`,
  host_outside_folders: ({ host, path }) => `${host}: ${path} is outside the configured folders.`,
  host_file_changed: ({ host, path }) => `${host}: ${path} has changed since the plan.`,
  host_changed_while_read: ({ host, path }) => `${host}: ${path} changed while it was read.`,
  host_replaced_while_kept: ({ host, path }) => `${host}: ${path} was replaced while it was kept.`,
  host_kept_damaged: ({ host, path }) =>
    `${host}: the kept copy of ${path} is missing or damaged; put the file back by hand.`,
  host_put_back_differs: ({ host, path }) => `${host}: ${path} has another content after it was put back.`,
  host_not_whole: ({ host, path }) => `${host}: ${path} did not arrive whole, so nothing was replaced.`,
  host_wrong_copy: ({ host, path }) =>
    `${host}: what was to become ${path} does not have the planned SHA-256.`,
  host_not_text: ({ host, path }) => `${host}: ${path} is not UTF-8.`,
  host_file_unclear: ({ host, path }) => `${host}: the host’s answer about ${path} is unreadable.`,
  host_layer_refuses: ({ host, path, edit, variable }) =>
    `${host}: ${path} cannot be changed: ${(ownValue(EDITS, edit) ?? EDITS.unsafe_file)(variable)}.`,
  host_layer_unreadable: ({ host, path }) => `${host}: ${path} is no text that systemd reads.`,

  host_status_unreadable: ({ host, key }) => `${host}: the service’s status has no readable ${key}.`,
  host_unit_unknown: ({ host }) => `${host}: systemd knows no unit of the configured name.`,
  host_unit_name: ({ host }) => `${host}: the unit’s name is not one of systemd’s.`,
  host_time_unreadable: ({ host }) => `${host}: what was asked for the time printed no seconds since 1970.`,
  host_processes_unreadable: ({ host }) =>
    `${host}: the command for processes printed something else than process numbers.`,
  host_account_unreadable: ({ host, user }) => `${host}: id gave no numbers for ${user}.`,
  host_no_environ: ({ host }) =>
    `${host}: the targets file has no environ command, so the process’s environment cannot be read.`,
  host_variable_name: ({ host }) => `${host}: a variable that was asked for has no valid name.`,

  host_no_dead_man: ({ host }) => `${host}: the targets file has no deadMan.`,
  host_dead_man_acts: ({ host }) => `${host}: the dead man is at work.`,
  host_dead_man_unseen: ({ host }) => `${host}: the dead man was armed, and is not seen armed.`,
  host_dead_man_unreadable: ({ host }) =>
    `${host}: the command for deadMan.status printed neither armed, acting nor none.`,

  host_not_in_targets: ({ host }) => `${host}: the targets file has no such host.`,
  host_kind_unknown: ({ host, kind }) => `${host}: there is no kind of host \`${kind}\`.`,
  host_manager_unknown: ({ host, manager }) => `${host}: there is no service manager \`${manager}\`.`,
  host_address_unusable: ({ host }) => `${host}: the address for ssh is not one.`,
  host_no_connection_folder: ({ host }) => `${host}: ssh needs a folder for its connections.`,
};
