import { z } from 'zod';
import { ownValue } from './own-value.js';
import { redact } from './secrets.js';
import type { ValueOf } from './value-of.js';

/** What may be tried on a host. What it is tried on stands beside it: a path, a process, a unit, a command's verb. */
export type HostAttempt =
  | 'look_at_file'
  | 'read_file'
  | 'hash_file'
  | 'look_at_rights'
  | 'list_folder'
  | 'write_file'
  | 'install_file'
  | 'copy_file'
  | 'remove_file'
  | 'look_at_process'
  | 'read_process_environment'
  | 'ask_time'
  | 'ask_account'
  | 'ask_own_account'
  | 'ask_training'
  /** A command that the targets file names. */
  | 'command'
  /** A program, by its own name and words. */
  | 'program';

export type HostTried = {
  readonly attempt: HostAttempt;
  readonly subject: string;
};

// Not interfaces: what is stored is a record of any names.
type OfHost = { readonly host: string };
type OfPath = OfHost & { readonly path: string };

/** `words`: the last ones of the program itself, in its own language. */
type OfWords = OfHost & { readonly words: string };
type Tried = OfHost & HostTried;

/** What a host did instead of what was asked; `views/text` holds the sentence of each. */
interface HostFaultFacts {
  host_ended: Tried & OfWords & { readonly exitCode: number };
  /** sudo wants a password, which nobody can type there. */
  host_sudo_asks: Tried & OfWords & { readonly exitCode: number };
  /** @param errno the system's own code; '': it has none */
  host_failed: Tried & { readonly errno: string };
  host_late: Tried & { readonly timeoutMs: number };
  host_cancelled: Tried;
  host_printed_too_much: Tried;
  host_not_started: Tried & { readonly errno: string };

  host_silent: OfHost;
  host_unreached: OfWords;
  /** Its account's shell ends before a command runs, or the key runs one alone. */
  host_runs_no_command: OfWords;
  /** The process that acts on hosts has ended; @param method what it was at */
  host_act_lost: OfHost & { readonly method: string };

  host_file_missing: OfPath;
  host_folder_missing: OfPath;
  /** There is no folder to put the file into. */
  host_no_place: OfPath;
  host_link_leads_nowhere: OfPath;
  host_not_a_file: OfPath;
  host_file_too_large: OfPath & { readonly maxBytes: number };
  host_leads_outside: OfPath & { readonly folder: string };
  host_outside_folders: OfPath;
  host_file_changed: OfPath;
  host_changed_while_read: OfPath;
  host_replaced_while_kept: OfPath;
  host_kept_damaged: OfPath;
  host_put_back_differs: OfPath;
  host_not_whole: OfPath;
  host_wrong_copy: OfPath;
  host_not_text: OfPath;
  host_file_unclear: OfPath;
  /** @param edit why the file cannot take the change */
  host_layer_refuses: OfPath & { readonly edit: EnvironmentEditCode; readonly variable: string };
  host_layer_unreadable: OfPath;

  host_status_unreadable: OfHost & { readonly key: string };
  host_unit_unknown: OfHost;
  host_unit_name: OfHost;
  host_time_unreadable: OfHost;
  host_processes_unreadable: OfHost;
  host_account_unreadable: OfHost & { readonly user: string };
  host_no_environ: OfHost;
  host_variable_name: OfHost;

  host_no_dead_man: OfHost;
  host_dead_man_acts: OfHost;
  host_dead_man_unseen: OfHost;
  host_dead_man_unreadable: OfHost;

  host_not_in_targets: OfHost;
  host_kind_unknown: OfHost & { readonly kind: string };
  host_manager_unknown: OfHost & { readonly manager: string };
  host_address_unusable: OfHost;
  host_no_connection_folder: OfHost;
}

export type HostFault = {
  [C in keyof HostFaultFacts]: { readonly code: C; readonly facts: HostFaultFacts[C] };
}[keyof HostFaultFacts];

/** Those that name a path and nothing else. */
export type HostPathFault =
  | 'host_file_changed'
  | 'host_link_leads_nowhere'
  | 'host_not_a_file'
  | 'host_not_whole'
  | 'host_outside_folders'
  | 'host_wrong_copy';

const ENVIRONMENT_EDIT_CODES = [
  /** The name is not one that systemd accepts. */
  'invalid_name',
  /** The value holds a line break, NUL or another control character. */
  'invalid_value',
  /** The file holds a NUL byte. */
  'unreadable_file',
  /** The quote of a variable is never closed. */
  'open_quote',
  /** A comment that ends in a backslash, or an open quote, takes the changed line in. */
  'unsafe_file',
] as const;

export type EnvironmentEditCode = (typeof ENVIRONMENT_EDIT_CODES)[number];

/** A fault as it is stored: a later version may know other ones. */
export const storedFaultSchema = z.object({
  code: z.string(),
  facts: z.record(z.string(), z.union([z.string(), z.number()])),
});

export type StoredFault = ValueOf<typeof storedFaultSchema>;

/** Without secrets: what a host says may hold any. */
export function withoutSecrets(fault: HostFault): HostFault {
  const facts = Object.entries(fault.facts).map(([name, value]) => [
    name,
    typeof value === 'string' ? redact(value, 'host') : value,
  ]);
  // The same names, each with its own kind of value.
  return { code: fault.code, facts: Object.fromEntries(facts) } as HostFault;
}

/** A fault among other facts, all of them texts; `faultAmong` finds it again. */
export function faultAsFacts({ code, facts }: StoredFault): Readonly<Record<string, string>> {
  const texts = Object.entries(facts).map(([name, value]) => [name, String(value)]);
  return { ...Object.fromEntries(texts), fault: code };
}

/** undefined: there is none. */
export function faultAmong(facts: Readonly<Record<string, unknown>>): HostFault | undefined {
  const { fault, ...rest } = facts;
  const found = storedFaultSchema.safeParse({ code: fault, facts: plainValues(rest) });
  // Written by `faultAsFacts`; whoever tells it knows that another version may have written it.
  return found.success ? (found.data as HostFault) : undefined;
}

const plainValues = (facts: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(
    Object.entries(facts).filter(([, value]) => ['string', 'number'].includes(typeof value)),
  );

/** The sentences of a language: each of a host's fault is whole, and names the host. */
export type HostFaultSentences = {
  readonly [C in keyof HostFaultFacts]: (facts: HostFaultFacts[C]) => string;
};

/** @param fault also one of another version: then its code */
export function toldHostFault(sentences: HostFaultSentences, { code, facts }: StoredFault): string {
  const known: Readonly<Record<string, (facts: never) => string>> = sentences;
  return ownValue(known, code)?.(facts as never) ?? `${code}.`;
}

/**
 * The Host port: everything the bot may do on a machine of a target. Adapters: `local`, `ssh`.
 * Each call takes a bound on time; a failure is a `HostError` with a code, never a raw error of the platform.
 */
export const HOST_ERROR_CODES = [
  'not_found',
  'permission_denied',
  'outside_folder',
  'not_a_file',
  'too_large',
  'timeout',
  'unreachable',
  'command_failed',
  'unreadable_answer',
  'changed_since_plan',
  'no_space',
  'read_only',
  'cancelled',
  'not_configured',
] as const;

export type HostErrorCode = (typeof HOST_ERROR_CODES)[number];
