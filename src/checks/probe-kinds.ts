import type { ProbeKind } from './context/probe-kind.js';
import { currentProbe } from './probes/current-probe.js';
import { drillProbe } from './probes/drill-probe.js';
import { envProbe } from './probes/env-probe.js';
import { fileProbe } from './probes/file-probe.js';
import { httpProbe } from './probes/http-probe.js';
import { modelProbe } from './probes/model-probe.js';
import { processProbe } from './probes/process-probe.js';
import { serviceProbe } from './probes/service-probe.js';
import { sourceProbe } from './probes/source-probe.js';
import { sqlProbe } from './probes/sql-probe.js';

/** Every kind of probe that a check may name. A new kind is one file and its name here. */
export const PROBE_KINDS: readonly ProbeKind[] = [
  sqlProbe,
  envProbe,
  fileProbe,
  modelProbe,
  processProbe,
  serviceProbe,
  currentProbe,
  httpProbe,
  sourceProbe,
  drillProbe,
];
