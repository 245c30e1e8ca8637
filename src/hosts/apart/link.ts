import type { HostErrorCode, HostFault } from '../../domain/host-fault.js';
import type { DeadManHolder, Host, ServiceManager } from '../host.js';
import type { HostRequirements } from '../host-kind.js';
import type { TargetHost } from '../kinds/target-host.js';

type MethodOf<T> = {
  [K in keyof T]-?: NonNullable<T[K]> extends (...words: never[]) => unknown ? K : never;
}[keyof T];

/** Everything that can be asked of a host and its service; and what is made of several of them, see write-wanted.ts. */
export type HostMethod =
  | MethodOf<Host>
  | `service.${MethodOf<ServiceManager>}`
  | `service.deadMan.${MethodOf<DeadManHolder>}`
  | 'writeWanted';

/** One call of a host. Every value is a structured clone. */
export interface HostCall {
  readonly settings: TargetHost;
  readonly requirements: Omit<HostRequirements, 'yieldToHalt'>;
  readonly method: HostMethod;
  /** Without their signals. */
  readonly words: readonly unknown[];
  /** Which of the words takes the call's signal; undefined: it cannot be cancelled. */
  readonly signalAt: number | undefined;
}

export type HostAnswer =
  | { readonly kind: 'done'; readonly value: unknown }
  | {
      readonly kind: 'failed';
      readonly code: HostErrorCode;
      readonly fault: HostFault;
      readonly exitCode: number | undefined;
    };

/** What the bot asks of its process for hosts. */
export interface HostsProcess {
  /** @param id of the bot's choice; its beginning and its cancelling name it. */
  call(id: number, call: HostCall): Promise<HostAnswer>;
  cancel(id: number): void;
  /** Answers where the process still answers at all. */
  isThere(): boolean;
}

/** What that process tells the bot. */
export interface HostsBot {
  /** Before anything is done: from now on it may have been. */
  begins(id: number): void;
}
