import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createCheckService } from '../../../src/checks/check-service.js';
import type { TradingQueries } from '../../../src/checks/context/check-context.js';
import type { ContextOptions } from '../../../src/checks/create-contexts.js';
import { PROBE_KINDS } from '../../../src/checks/probe-kinds.js';
import type { FinishedRun } from '../../../src/checks/run-request.js';
import type { CheckResult, CheckRun } from '../../../src/domain/check-run.js';
import type { Host } from '../../../src/hosts/host.js';
import { createHost } from '../../../src/hosts/kinds/create-host.js';
import { parseRunbook } from '../../../src/runbook/load-runbook.js';
import type { Runbook } from '../../../src/runbook/runbook.js';
import { parseTargets } from '../../../src/runbook/targets.js';

export const NOW = new Date('2026-03-01T12:00:00.000Z');

const HEAD = `strategy: toy
agentId: toy
envPrefix: TOY__
flag: { variable: ENABLED }
params: { limit: 10, names: [BTC, ETH] }
variables:
  ENABLED: { type: boolean, default: false }
  MODEL_PATH: { type: path }
  NAME: { type: text }
systemVariables: { SIMULATED: { type: boolean }, MATRIX_FILE: { type: path } }
`;

const SECTION = `sections:
  - id: '1.1'
    title: { en: One, zh-CN: 一 }
    kind: precheck
    checks:
`;

export interface StageRun {
  /** The check entries as they stand in a runbook, each a list item (`- id: …`), without indentation. */
  readonly checks: string;
  readonly queries?: string;
  readonly trading?: TradingQueries;
  readonly saveRun?: (run: CheckRun) => Promise<void>;
  readonly onStoreError?: (error: unknown) => void;
  readonly lastConfirmed?: ContextOptions['lastConfirmed'];
  readonly wrapHost?: (host: Host) => Host;
  /** Extra settings of the target. */
  readonly target?: object;
}

export interface FileStage {
  readonly folder: string;
  place(path: string, content: string | Buffer): Promise<string>;
  finish(options: StageRun): Promise<FinishedRun>;
  /** The results by id. */
  run(options: StageRun): Promise<Readonly<Record<string, CheckResult>>>;
  remove(): Promise<void>;
}

/** Hosts of real files in a new folder, two environment layers, and a runbook written in the test. */
export async function createFileStage(): Promise<FileStage> {
  const folder = await mkdtemp(join(tmpdir(), 'lobml-checks-'));
  const at = (path: string) => join(folder, path);
  const place = async (path: string, content: string | Buffer) => {
    await mkdir(dirname(at(path)), { recursive: true });
    await writeFile(at(path), content);
    return at(path);
  };
  await place('models/.keep', '');
  const finish = async (options: StageRun) => {
    const { checks, queries = '', trading, saveRun, onStoreError, wrapHost, target = {} } = options;
    const lastConfirmed = options.lastConfirmed ?? (async () => []);
    const indented = (text: string, by: string) => text.replaceAll(/^(?=.)/gm, by);
    const text = [
      HEAD,
      queries === '' ? '' : `queries:\n${indented(queries, '  ')}\n`,
      SECTION,
      indented(checks, '      '),
    ].join('');
    const runbook = await parseRunbook('stage.yaml', Buffer.from(text), PROBE_KINDS);
    const service = createCheckService({
      runbook,
      lastConfirmed,
      hostOf(settings) {
        const host = createHost(settings, { files: [at('seen/any')] });
        return wrapHost?.(host) ?? host;
      },
      trading,
      saveRun: saveRun ?? (async () => {}),
      onStoreError: onStoreError ?? (() => {}),
      now: () => NOW,
      monotonicMs: () => performance.now(),
      newRunId: () => 'run-1',
    });
    const source = {
      defaultTarget: 'stage',
      roles: { operators: ['U1'] },
      targets: {
        stage: {
          service: {
            manager: 'command',
            status: ['sh', '-c', `cat ${at('service/status')} && echo User=$(id -u)`],
            environ: ['cat', at('service/environ')],
            logs: ['cat', at('service/log')],
            restart: ['true'],
            stop: ['true'],
          },
          environmentFiles: [`-${at('base.env')}`, at('own.env')],
          models: at('models'),
          hosts: [{ name: 'one' }],
          approval: { quorum: 1 },
          ...target,
        },
      },
    };
    const { targets } = parseTargets('targets.yaml', Buffer.from(JSON.stringify(source)));
    const stage = targets.get('stage');
    if (stage === undefined) throw new Error('no target');
    const requestedBy = { id: 'U1', name: 'one', surface: 'terminal' } as const;
    const finished = await service.run({ kind: 'precheck', target: stage, requestedBy });
    refuseUnknownColumns(runbook, finished.run);
    return finished;
  };
  return {
    folder,
    place,
    finish,
    async run(options) {
      const { run } = await finish(options);
      return Object.fromEntries(run.checks.map((check) => [check.id, check]));
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Texts may name the columns that a kind of probe declares: what it observes is among them. */
export function refuseUnknownColumns({ sections }: Pick<Runbook, 'sections'>, { checks }: CheckRun): void {
  const known = new Map(
    sections.flatMap((section) => section.checks).map((check) => [check.id, check.probe]),
  );
  for (const { id, observed } of checks) {
    const columns = known.get(id)?.columns;
    const unknown = observed.flatMap(Object.keys).filter((column) => columns?.has(column) === false);
    if (unknown.length > 0)
      throw new Error(`${id} observed columns that its kind does not declare: ${unknown}`);
  }
}

/** A check entry with the rest of its keys. */
export const entry = (id: string, ...keys: readonly string[]): string =>
  [`- id: ${id}`, `title: { en: ${id}, zh-CN: 检查 }`, ...keys].join('\n  ').concat('\n');
