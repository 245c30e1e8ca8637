import type { Evidence, ObservedRow, ObservedValue } from '../../domain/check-run.js';
import type { ClockReading } from '../../domain/clocks.js';
import type { DrillFacts } from '../../domain/drill.js';
import type { ConfirmedHost } from '../../domain/known-good.js';
import type { RunWindow } from '../../domain/run-window.js';
import type { Host, ServiceStatus } from '../../hosts/host.js';
import type { TargetHost } from '../../hosts/kinds/target-host.js';
import type { ModelGate } from '../../model/model-gate.js';
import type { Runbook } from '../../runbook/runbook.js';
import type { Target } from '../../runbook/targets.js';
import type { ServerClock, ServerMoment } from '../../store/server-moment.js';
import type { SourceState } from '../../trading/source-state.js';
import type { HostEnvironment } from './host-environment.js';
import type { HttpGet } from './http-get.js';
import type { PlannedHost } from './planned-state.js';

/** What an SQL probe needs of the trading database. */
export interface TradingQueries {
  query(request: {
    text: string;
    values: readonly ObservedValue[];
    timeoutMs: number;
    signal?: AbortSignal;
    functions?: readonly string[];
    bounds?: Runbook['bounds'];
  }): Promise<QueryAnswer>;
  /** Up to which lag a standby is asked for, in seconds; undefined: a standby is no source. */
  readonly standbyMaxLagSecs?: number | undefined;
}

interface QueryAnswer {
  readonly rows: readonly ObservedRow[];
  /** RFC 3339. */
  readonly observedAt: string;
  /** The process that the connection was opened to, as the other end says. */
  readonly announcedPid?: number | undefined;
  /** The running server that answered. */
  readonly server?: string;
}

/** One host of the target with what is written about it. */
export interface HostAccess {
  readonly host: Host;
  readonly settings: TargetHost;
  /** The environment that the run judges: as it stands, or as a release plans it. Read once a run. */
  environment(): Promise<HostEnvironment>;
  /** The service as the run first saw it. Asked once a run: a program is started for each look. */
  status(): Promise<ServiceStatus>;
  /**
   * How the clock that dates what the host tells stands beside the bot's; undefined: it is the bot's own. Read once a
   * run: it is a fact of this run, and the next one's may be another. @throws HostError
   */
  clock(): Promise<ClockReading | undefined>;
  /** What a release plans for the host; without it the run judges what stands. */
  readonly planned?: PlannedHost;
}

/** Everything the probes of one run share. */
export interface CheckContext {
  readonly runbook: Runbook;
  readonly target: Target;
  readonly hosts: readonly HostAccess[];
  /** undefined: TRADING_DATABASE_URL is not set. */
  readonly trading: TradingQueries | undefined;
  /**
   * Whether the server that answers can know the newest rows: asked once a run, whether its runbook has a check of that or
   * not. @throws ProbeError, DatabaseFaultError
   */
  readonly source: () => Promise<SourceState>;
  readonly modelGate: ModelGate;
  readonly httpGet: HttpGet;
  /** Values of the run that statements may bind. */
  readonly runParameters: Readonly<Record<string, ObservedValue>>;
  /**
   * The one moment of the run, by the trading database's clock; asked once. @throws ProbeError, DatabaseFaultError: no
   * other clock stands in for it.
   */
  readonly asOf: () => Promise<Date>;
  /** The same with what it is beside the bot's clock. */
  readonly tradingClock: () => Promise<ServerClock>;
  /** The clock of the bot's own database; undefined: nobody asks it. */
  readonly stateMoment: (() => Promise<ServerMoment>) | undefined;
  /** The span of time that the run looks at; worked out once, when the first probe asks for it. */
  readonly window: () => Promise<RunWindow>;
  /** What the last confirmed release of the target left on a host; undefined: none was confirmed there. */
  readonly confirmed: (host: string) => Promise<ConfirmedHost | undefined>;
  /** By path: SHA-256 of what releases brought there, see `ReleasedFile`. */
  readonly releasedFiles: (host: string) => Promise<ReadonlyMap<string, readonly string[]>>;
  /** The drills of the target. */
  readonly drills: () => Promise<DrillFacts>;
  readonly now: () => Date;
  /** Ends early, with an error, when the signal does. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** One execution for all checks of a run that share a query. */
  readonly shared: Map<string, Promise<QueryAnswer>>;
}

/** The bounds of one probe. */
export interface ProbeCall {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** To be told what is asked before it is: the evidence of a probe that then fails. */
  readonly noteEvidence?: (known: Evidence) => void;
}
