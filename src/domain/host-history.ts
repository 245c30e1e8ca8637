/** What a unit's service manager says of it, as far as a halt decides by it. */
export interface UnitStatus {
  readonly activeState: string;
  /** 0: no process. */
  readonly mainPid: number;
  /** Automatic restarts since the unit was last started by a person. */
  readonly restarts: number;
}

/** What a halt has done on a host so far. Times in milliseconds since 1970. */
export interface HostHistory {
  /** The last write was refused. It is tried again beside whatever else is done. */
  readonly writeFailed: boolean;
  /** The process that ran before this halt wrote its files: it read the old ones. Undefined: nothing was written. */
  readonly outdatedPid: number | undefined;
  /** A call of the service manager that has not come back. */
  readonly inFlight: 'restart' | 'stop' | undefined;
  readonly restarts: number;
  /** When the last restart came back, and what it replaced. */
  readonly restartedAt: number | undefined;
  readonly replacedPid: number | undefined;
  /** The counter of automatic restarts at the first look after our restart. */
  readonly automaticRestarts: number | undefined;
  readonly stops: number;
  readonly stoppedAt: number | undefined;
  /** When the process was told to end, unless a restart has replaced it since. */
  readonly toldAt?: number | undefined;
  /** When it was last killed. */
  readonly killedAt?: number | undefined;
  /** Since when the unit has had no process and waits to start one. */
  readonly waitingSince: number | undefined;
}

export const NO_HISTORY: HostHistory = {
  writeFailed: false,
  outdatedPid: undefined,
  inFlight: undefined,
  restarts: 0,
  restartedAt: undefined,
  replacedPid: undefined,
  automaticRestarts: undefined,
  stops: 0,
  stoppedAt: undefined,
  waitingSince: undefined,
};

/** @param status undefined: the service manager did not answer, and nothing more is known */
export function afterLook(history: HostHistory, status: UnitStatus | undefined, at: number): HostHistory {
  if (status === undefined) return history;
  const { automaticRestarts, waitingSince, restarts, inFlight } = history;
  const isAfter = restarts > 0 && inFlight === undefined;
  return {
    ...history,
    automaticRestarts: isAfter ? (automaticRestarts ?? status.restarts) : undefined,
    waitingSince: isAfter && status.mainPid === 0 ? (waitingSince ?? at) : undefined,
  };
}

export const restartIssued = (
  history: HostHistory,
  replacedPid: number | undefined,
  at: number,
): HostHistory => ({
  ...history,
  inFlight: 'restart',
  restarts: history.restarts + 1,
  toldAt: history.toldAt ?? at,
  replacedPid,
  restartedAt: undefined,
  automaticRestarts: undefined,
});

export const restartDone = (history: HostHistory, at: number): HostHistory => ({
  ...history,
  inFlight: undefined,
  toldAt: undefined,
  restartedAt: at,
});

/** @param wasTried false: as far as anybody knows it never reached the host, and is decided again by what shows */
export const restartFailed = (history: HostHistory, wasTried: boolean): HostHistory => ({
  ...history,
  inFlight: undefined,
  restarts: history.restarts - (wasTried ? 0 : 1),
});

export const stopIssued = (history: HostHistory, at: number): HostHistory => ({
  ...history,
  inFlight: 'stop',
  stops: history.stops + 1,
  toldAt: history.toldAt ?? at,
  stoppedAt: undefined,
});

/** @param wasTried see `restartFailed` */
export const stopEnded = (history: HostHistory, at: number, wasTried: boolean): HostHistory => ({
  ...history,
  inFlight: undefined,
  stops: history.stops - (wasTried ? 0 : 1),
  stoppedAt: at,
});

export const killIssued = (history: HostHistory, at: number): HostHistory => ({ ...history, killedAt: at });
