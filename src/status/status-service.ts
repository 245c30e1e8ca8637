import type { RunStore } from '../checks/store/run-store.js';
import type { DrillFacts } from '../domain/drill.js';
import type { TargetStatus } from '../domain/target-status.js';
import type { TargetHost } from '../hosts/kinds/target-host.js';
import type { Promotions } from '../release/promotion.js';
import type { Runbook } from '../runbook/runbook.js';
import { enableFlag, modelVariable } from '../runbook/strategy-contract.js';
import type { Target } from '../runbook/targets.js';
import type { WatchService } from '../watch/watch-service.js';
import { lookAtHost, type VisibleHost } from './look-at-host.js';
import type { ReleaseFacts } from './release-facts.js';

export interface StatusService {
  /** Never fails: what cannot be looked at is part of the answer. */
  gather(target: Target): Promise<TargetStatus>;
}

interface StatusOptions {
  readonly runbook: Pick<Runbook, 'strategy' | 'envPrefix' | 'flag' | 'model'>;
  readonly hostOf: (settings: TargetHost) => VisibleHost;
  readonly runs: Pick<RunStore, 'latestOfKinds'>;
  /** Absent where no releases are kept. */
  readonly releases?: ReleaseFacts | undefined;
  /** Absent where no releases are kept. */
  readonly promotions?: Pick<Promotions, 'underWay'> | undefined;
  /** Absent where nothing is watched. */
  readonly watches?: Pick<WatchService, 'factsOf'> | undefined;
  /** Absent where no drills are kept. */
  readonly drillFacts?: (target: string) => Promise<DrillFacts>;
  readonly onStoreError: (error: unknown) => void;
  readonly now: () => Date;
}

export function createStatusService(options: StatusOptions): StatusService {
  const { runbook, hostOf, now } = options;
  const names = {
    flag: enableFlag(runbook),
    modelPath: modelVariable(runbook, 'path'),
    modelVersion: modelVariable(runbook, 'version'),
  };
  return {
    async gather(target) {
      const [stored, ...hosts] = await Promise.all([
        readStored(target, options),
        ...target.hosts.map((settings) => lookAtHost(hostOf(settings), settings, names)),
      ]);
      return { strategy: runbook.strategy, target: target.name, asOf: now().toISOString(), hosts, ...stored };
    },
  };
}

async function readStored(
  target: Target,
  { runbook, runs, releases, promotions, watches, drillFacts, onStoreError }: StatusOptions,
): Promise<Pick<TargetStatus, 'runs' | 'release' | 'promotion' | 'watch' | 'drill'>> {
  try {
    const [latest, release, promotion, watch, drill] = await Promise.all([
      runs.latestOfKinds({ strategy: runbook.strategy, target: target.name }),
      releases?.factsOf(target.name),
      promotions?.underWay(target),
      watches?.factsOf(target.name),
      drillFacts?.(target.name),
    ]);
    return { runs: { kind: 'read', latest }, release, promotion, watch, drill };
  } catch (error) {
    onStoreError(error);
    return { runs: { kind: 'unreachable' }, release: undefined, promotion: undefined };
  }
}
