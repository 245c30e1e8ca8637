import type { Services } from '../src/services.js';
import type { Subcommand } from '../src/subcommand.js';
import { doctor } from './doctor.js';
import { createHelp } from './help.js';
import { precheck } from './precheck.js';
import { selftest } from './selftest.js';

/** The registry: every subcommand, in the order in which help shows them. */
export const subcommands: readonly Subcommand<Services>[] = [
  createHelp(() => subcommands),
  precheck,
  doctor,
  selftest,
];
