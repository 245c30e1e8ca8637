import { randomUUID } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { createCheckService } from '../../../src/checks/check-service.js';
import { PROBE_KINDS } from '../../../src/checks/probe-kinds.js';
import { createAcknowledgementStore } from '../../../src/checks/store/acknowledgements.js';
import { createRunStore } from '../../../src/checks/store/run-store.js';
import type { DeployWish } from '../../../src/domain/deploy-wish.js';
import type { Directory } from '../../../src/domain/directory.js';
import type { KnownGoodHost } from '../../../src/domain/known-good.js';
import type { Person } from '../../../src/domain/person.js';
import { createHost } from '../../../src/hosts/kinds/create-host.js';
import { createAccess } from '../../../src/release/access.js';
import { createApprovers } from '../../../src/release/approvers.js';
import { readConfigurationHashes } from '../../../src/release/configuration-hashes.js';
import { createPromotions } from '../../../src/release/promotion.js';
import type { ReleaseContext, ReleaseEvent } from '../../../src/release/release-context.js';
import { createReleaseService, type ReleaseService } from '../../../src/release/release-service.js';
import {
  insertKnownGood,
  selectKnownGood,
  selectReleasedFiles,
} from '../../../src/release/store/known-good-store.js';
import { selectWithdrawnModels } from '../../../src/release/store/model-memory.js';
import { createTradedReader } from '../../../src/release/traded-entries.js';
import { parseRunbook } from '../../../src/runbook/load-runbook.js';
import { parseTargets, type Target } from '../../../src/runbook/targets.js';
import { createTransact } from '../../../src/store/transaction.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { createFileService } from '../../support/file-service.js';
import { SHIPPED_FACTS } from '../../support/strategy-facts.js';

/** Two hosts as folders with real files, a target each with its policy, and people that a test can change. */
export interface ReleaseWorld {
  readonly folder: string;
  readonly database: TestDatabase;
  readonly service: ReleaseService;
  readonly context: ReleaseContext;
  readonly target: Target;
  readonly events: ReleaseEvent[];
  readonly queued: {
    readonly what: 'enqueue' | 'wake' | 'changed' | 'expireAt' | 'lookAtDeadline';
    readonly id: string;
    readonly at?: Date;
  }[];
  /** Slack as it answers from now on. */
  readonly people: { inactive: Set<string>; groups: Map<string, string[]>; isAway: boolean };
  /** The clock; a test moves it. */
  readonly clock: { now: Date };
  path(...parts: string[]): string;
  end(): Promise<void>;
}

export const ALICE: Person = { id: 'U0ALICE', name: 'alice', surface: 'slack' };
export const BOB: Person = { id: 'U0BOB', name: 'bob', surface: 'slack' };
export const CAROL: Person = { id: 'U0CAROL', name: 'carol', surface: 'slack' };
export const DAVE: Person = { id: 'U0DAVE', name: 'dave', surface: 'slack' };
export const ERIN: Person = { id: 'U0ERIN', name: 'erin', surface: 'slack' };

export const WISH: DeployWish = {
  model: 'next.onnx',
  modelVersion: 'v2',
  binary: undefined,
  settings: { EV_EXIT_BUFFER: '0.01' },
  reason: 'better model',
};

const RUNBOOK = `
strategy: s
agentId: s
envPrefix: S__
flag: { variable: ENABLED }
model: { path: MODEL_PATH, version: MODEL_VERSION, type: MODEL_TYPE }
params: {}
variables:
  ENABLED: { type: boolean, default: false }
  MODEL_PATH: { type: path }
  MODEL_VERSION: { type: text }
  EV_EXIT_BUFFER: { type: number, min: 0, max: 0.5, default: 0.005 }
  EXIT_MODE: { type: enum, values: { ev_exit: [ev], signal_flip: [] }, default: ev_exit }
sections:
  - id: '2.1'
    title: { en: Configuration, zh-CN: 配置 }
    kind: [precheck]
    checks:
      - id: env.enabled
        title: { en: ENABLED, zh-CN: ENABLED }
        env: ENABLED
        pass: rows.all(r, r.value == true)
        fail: rows.exists(r, r.value == false)
      - id: env.ev_exit_buffer
        title: { en: EV_EXIT_BUFFER, zh-CN: EV_EXIT_BUFFER }
        env: EV_EXIT_BUFFER
        pass: rows.all(r, r.value <= 0.3)
        warn: rows.exists(r, r.value > 0.1)
        fail: rows.exists(r, r.value > 0.3)
      - id: env.running_process
        title: { en: Running process, zh-CN: 运行中的进程 }
        process: environment
        pass: rows.all(r, r.agrees)
        fail: rows.exists(r, !r.agrees)
      - id: file.flag
        title: { en: Flag file, zh-CN: 标志文件 }
        file: FLAG_FILE
        pass: rows.all(r, r.exists)
        warn: rows.exists(r, r.size > 0)
        fail: rows.exists(r, !r.exists)
      - id: file.trial
        title: { en: Trial file, zh-CN: 试用文件 }
        mode: shadow
        file: TRIAL_FILE
        pass: rows.all(r, r.exists)
        fail: rows.exists(r, !r.exists)
`;

const PROCESS_ID = 4242;

/** Beyond the target `live` with its two hosts. */
interface TargetChanges {
  readonly live?: object;
  /** By name; hosts are folders beside those of `live`. */
  readonly others?: (path: ReleaseWorld['path']) => Readonly<Record<string, object>>;
  /** Where orders stand. */
  readonly trading?: Parameters<typeof createTradedReader>[0];
}

/** @param slack who people are; unless given, the world's own `people` answer. */
export async function createReleaseWorld(
  slack?: DirectoryPart,
  { live = {}, others = () => ({}), trading }: TargetChanges = {},
): Promise<ReleaseWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'lobml-release-'));
  await chmod(folder, 0o755);
  const path = (...parts: string[]) => join(folder, ...parts);
  const hosts = ['h1', 'h2'];
  for (const host of hosts) await writeHost(path, host);
  await writeFile(path('flag'), '');
  await writeFile(path('trial'), '');
  await mkdir(path('staging'));
  await writeFile(path('staging', 'next.onnx'), 'next model');
  await writeFile(
    path('staging', 'next.meta.json'),
    JSON.stringify({ version: 'v2', metrics: { auc: 0.6 } }),
  );
  await writeFile(
    path('runbook.yaml'),
    RUNBOOK.replace('FLAG_FILE', path('flag')).replace('TRIAL_FILE', path('trial')),
  );
  await writeFile(path('targets.yaml'), stringify(targetsSource(path, hosts, live, others(path))));

  const runbook = await parseRunbook(path('runbook.yaml'), await readFile(path('runbook.yaml')), PROBE_KINDS);
  const targets = parseTargets(path('targets.yaml'), await readFile(path('targets.yaml')));
  const target = targets.targets.get('live');
  if (target === undefined) throw new Error('the targets file has no target `live`');
  const database = await createTestDatabase();
  const clock = { now: new Date('2026-03-01T12:00:00.000Z') };
  const now = () => clock.now;
  const runs = createRunStore(database.pool);
  const hostOf: ReleaseContext['sources']['hostOf'] = (settings) =>
    Object.assign(createHost(settings, { files: [path('flag'), path('trial')] }), {
      service: createFileService(settings),
    });
  const checks = createCheckService({
    runbook,
    hostOf,
    trading: undefined,
    saveRun: (run) => runs.save(run),
    onStoreError: (error) => {
      throw error;
    },
    now,
    monotonicMs: () => 0,
    newRunId: randomUUID,
  });
  const people: ReleaseWorld['people'] = {
    inactive: new Set(['U0ERIN']),
    groups: new Map([
      ['S0TRADING', ['U0ALICE', 'U0CAROL', 'U0ERIN']],
      ['S0RISK', ['U0BOB']],
    ]),
    isAway: false,
  };
  const directory = slack ?? directoryOf(people);
  const events: ReleaseEvent[] = [];
  const queued: ReleaseWorld['queued'] = [];
  const context: ReleaseContext = {
    sources: {
      runbook,
      hostOf,
      configuration: (name) =>
        readConfigurationHashes({ runbook: path('runbook.yaml'), targets: path('targets.yaml') }, name),
      confirmed: (name) => selectKnownGood(database.pool, { strategy: 's', target: name }),
      everyTarget: targets.every,
      withdrawn: () => selectWithdrawnModels(database.pool, 's'),
      released: (name) => selectReleasedFiles(database.pool, { strategy: 's', target: name }),
    },
    targets,
    checks,
    runs,
    acknowledgements: createAcknowledgementStore(database.pool),
    database: database.pool,
    transact: createTransact(async () => database.pool),
    queue: {
      enqueue: async (_client, id) => void queued.push({ what: 'enqueue', id }),
      wake: async (_client, id) => void queued.push({ what: 'wake', id }),
      lookAtDeadline: async (_client, id) => void queued.push({ what: 'lookAtDeadline', id }),
      expireAt: async (_client, id, at) => void queued.push({ what: 'expireAt', id, at }),
    },
    subjectChanged: async (_client, id) => void queued.push({ what: 'changed', id }),
    access: createAccess({ targets, directory }),
    approvers: createApprovers({ targets, directory, now }),
    promotions: createPromotions({
      runbook,
      targets,
      database: database.pool,
      traded: createTradedReader(trading, { agentId: 's', orders: SHIPPED_FACTS.orders }),
    }),
    recordEvent: async (event) => void events.push(event),
    now,
    databaseNow: async () => now(),
    newId: randomUUID,
  };
  return {
    folder,
    database,
    service: createReleaseService(context),
    context,
    target,
    events,
    queued,
    people,
    clock,
    path,
    async end() {
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export async function writeHost(path: ReleaseWorld['path'], host: string): Promise<void> {
  await mkdir(path(host, 'models'), { recursive: true });
  await writeFile(path(host, 'secrets.env'), 'PRIVATE_KEY=0xdeadbeef\n');
  await writeFile(path(host, 'models', 'old.onnx'), 'old model');

  const lines = [
    '# the strategy',
    'S__ENABLED=false',
    `S__MODEL_PATH=${path(host, 'models', 'old.onnx')}`,
    'S__MODEL_VERSION=v1',
    'OTHER=unrelated',
    '',
  ];
  await writeFile(path(host, 'strategy.env'), lines.join('\n'));
  await writeFile(path(host, 'dead-man'), 'armed\n');
  await writeRunning(path, host, lines);
}

/** What the process of a host has in its environment; undefined: the service is stopped. */
export async function writeRunning(
  path: ReleaseWorld['path'],
  host: string,
  lines: readonly string[] | undefined,
): Promise<void> {
  const pid = lines === undefined ? 0 : PROCESS_ID;
  const state = lines === undefined ? 'inactive' : 'active';
  await writeFile(path(host, 'status'), `ActiveState=${state}\nMainPID=${pid}\nNRestarts=0\n`);
  const running = [...(lines ?? []), 'PRIVATE_KEY=0xdeadbeef', 'OTHER=unrelated'];
  await writeFile(path(host, 'environ'), running.filter((line) => line.includes('=')).join('\n'));
}

function targetsSource(
  path: ReleaseWorld['path'],
  hosts: readonly string[],
  more: object,
  others: Readonly<Record<string, object>>,
) {
  const live = {
    staging: path('staging'),
    approval: { quorum: 2, groups: ['S0TRADING', 'S0RISK'], users: ['U0DAVE'] },
    channels: { reports: 'C0RELEASES', incidents: 'C0INCIDENTS' },
    hosts: hosts.map((name) => hostSource(path, name)),
  };
  return {
    defaultTarget: 'live',
    roles: { requesters: ['U0ALICE'], operators: ['U0CAROL'], admins: ['U0CAROL'] },
    groups: { S0TRADING: ['U0ALICE', 'U0CAROL'], S0RISK: ['U0BOB'] },
    accounts: { alice: 'U0ALICE' },
    targets: { live: { ...live, ...more }, ...others },
  };
}

/** A host of the targets file, whose files `writeHost` has written. */
export const hostSource = (path: ReleaseWorld['path'], name: string) => ({
  name,
  service: {
    manager: 'command',
    status: ['cat', path(name, 'status')],
    restart: ['true'],
    stop: ['true'],
    logs: ['true'],
    environ: ['cat', path(name, 'environ')],
    deadMan: { arm: ['true'], disarm: ['true'], status: ['cat', path(name, 'dead-man')] },
  },
  environmentFiles: [path(name, 'secrets.env'), path(name, 'strategy.env')],
  models: path(name, 'models'),
  binary: path(name, 'ploy'),
});

type DirectoryPart = Pick<Directory, 'isActiveMember' | 'groupMembers'>;

function directoryOf(people: ReleaseWorld['people']): DirectoryPart {
  return {
    async isActiveMember(id) {
      if (people.isAway) throw new Error('Slack is away');
      return !people.inactive.has(id);
    },
    async groupMembers(group, { listed = [] } = {}) {
      if (people.isAway) return { ids: listed, source: 'listed' };
      return { ids: people.groups.get(group) ?? [], source: 'slack' };
    },
  };
}

/** A release of the target that was confirmed with this on its hosts. */
export async function insertConfirmed(
  { database: { pool } }: ReleaseWorld,
  hosts: readonly KnownGoodHost[],
  { target = 'live', at = new Date() }: { readonly target?: string; readonly at?: Date } = {},
): Promise<void> {
  const releaseId = randomUUID();
  await pool.query(
    `WITH request AS (
       INSERT INTO lobml.release_requests (request_id, strategy, target, kind, state, requested_by, reason, wish, plan,
         digest, check_run_id, evidence, created_at, quorum_expires_at)
       VALUES ($1, 's', $3, 'ordinary', 'executed', $2, 'r', '{}', '{}', 'd', $1, '{}', now(), now()))
     INSERT INTO lobml.releases (release_id, request_id, strategy, target, state, plan, started_at, confirm_by, ended_at)
     VALUES ($1, $1, 's', $3, 'confirmed', '{}', $4, now(), $4)`,
    [releaseId, JSON.stringify(ALICE), target, at],
  );
  await insertKnownGood(pool, releaseId, hosts, at);
}

/** Plans and asks for approval as alice; fails where that is refused. */
export async function requestAsAlice(
  world: ReleaseWorld,
  wish: DeployWish = WISH,
  acknowledged: readonly string[] = [],
) {
  const { service, target } = world;
  const checked = await service.plan(wish, target, ALICE);
  if (checked.kind !== 'checked') throw new Error(JSON.stringify(checked));
  const { run, digest } = checked;
  const result = await service.request({ wish, target, by: ALICE, runId: run.runId, digest, acknowledged });
  if (result.kind !== 'requested') throw new Error(JSON.stringify(result));
  return result.request;
}
