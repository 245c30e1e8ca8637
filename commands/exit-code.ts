import { EXIT, type ExitCode } from '../src/conversation/subcommand.js';
import type { Verdict } from '../src/domain/verdict.js';

/** The terminal's answer to scripts. */
export const VERDICT_EXIT: Readonly<Record<Verdict, ExitCode>> = {
  GO: EXIT.ok,
  GO_WITH_WARNINGS: EXIT.warnings,
  HOLD: EXIT.hold,
  NO_GO: EXIT.noGo,
};
