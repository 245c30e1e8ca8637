import type { LiveMessage } from '../conversation/subcommand.js';
import type { Report } from '../domain/report.js';
import type { Targets } from '../runbook/targets.js';
import type { Flattening } from './flatten.js';
import type { HaltRecord } from './halt-schema.js';
import type { KillSwitch } from './kill-switch.js';
import type { HaltHandle } from './live-halt.js';
import type { OperatorGate } from './operator-gate.js';
import type { PreviousModel } from './previous-model.js';

/** What the kill switch's command needs: it works where nothing else could be composed. */
export interface KillSwitchServices {
  readonly killSwitch: KillSwitch;
  readonly targets: Targets;
  readonly previousModel: PreviousModel;
  readonly operators: OperatorGate;
  /**
   * Posts and keeps the messages of a halt; waits for nothing. Absent in a terminal.
   * @param direct answers who asked for it, where no place takes the message
   */
  readonly announceHalt?: (
    handle: HaltHandle,
    channel: string,
    direct: (report: Report) => Promise<void>,
  ) => void;
  /** Those of all strategies, the default target's first; its own alone where it is left out. */
  readonly everyStrategy?: () => readonly KillSwitchServices[];
  /** Posts into a channel where nobody has asked for it there. Absent in a terminal. */
  readonly postIn?: (channel: string, report: Report) => Promise<LiveMessage>;
  /** Shows several halts in one message and calls the operators of each where it needs them. Absent in a terminal. */
  readonly announceAllHalts?: (
    handles: readonly HaltHandle[],
    channel: string,
    direct: (report: Report) => Promise<void>,
  ) => void;
  /** Closes what a halted target holds. Absent in a terminal: the command stands in the report. */
  readonly flattening?: Flattening;
  /** Brings the messages of a halt that has ended up to date. Absent in a terminal. */
  readonly refreshHalt?: (record: HaltRecord) => void;
}
