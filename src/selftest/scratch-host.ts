import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ConfirmedHost } from '../domain/known-good.js';
import { parseTargets, type Target, type Targets } from '../runbook/targets.js';
import type { BaseSituation, CheckCase } from './cases-schema.js';
import { type CheckCases, NO_MODEL } from './load-cases.js';

interface ScratchHost {
  readonly target: Target;
  /** What its last confirmed release left; empty: there is none. */
  readonly confirmed: readonly ConfirmedHost[];
  /** The target and those beside it. */
  readonly targets: Targets;
  /** Where a file that a check names by its path on the host stands here. */
  placeOf(path: string): string;
  remove(): Promise<void>;
}

const HOST = 'scratch';
const ENVIRONMENT_FILE = 'env/strategy.env';
const BASE_FILE = 'env/base.env';
const MODEL_FILE = 'models/model.onnx';

/**
 * Lays out a host of files in a new folder: environment files, a model, and a service whose status, environment and
 * log are files that `cat` prints. The checks look at it as at any other local host.
 */
export async function createScratchHost(
  { base, models }: CheckCases,
  wanted: CheckCase,
  envPrefix: string,
  now: Date,
): Promise<ScratchHost> {
  const folder = await mkdtemp(join(tmpdir(), 'lobml-selftest-'));
  const environment = { ...base.environment, ...wanted.environment };
  const model = wanted.model ?? base.model;
  const files: Record<string, string | Buffer | null> = {
    [BASE_FILE]: '',
    [ENVIRONMENT_FILE]: environmentText(environment, envPrefix, '\n'),
    [MODEL_FILE]: model === NO_MODEL ? null : Buffer.from(models[model] ?? '', 'base64'),
    'service/status': statusText(base, wanted, now),
    'service/environ': environmentText({ ...environment, ...wanted.process }, envPrefix, '\0'),
    'service/current': 'Exe=/opt/program\nNeedDaemonReload=no\nEnvironment=\n',
    'service/log': logText(wanted.log ?? base.log ?? [], now),
    ...base.files,
    ...wanted.files,
  };
  for (const [path, content] of Object.entries(files)) {
    if (content === null) continue;
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(
      join(folder, path),
      typeof content === 'string' ? filledIn(content, folder, now) : content,
    );
  }
  await mkdir(join(folder, 'models'), { recursive: true });
  return {
    ...targetsIn(folder, base, wanted),
    confirmed: confirmedIn({ ...environment, ...wanted.confirmed }, envPrefix, wanted.confirmed),
    placeOf: (path) => join(folder, 'root', path),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

const filledIn = (text: string, folder: string, now: Date): string =>
  text
    .replaceAll('{folder}', folder)
    .replaceAll(/\{now(?:-(\d+)h)?\}/g, (_whole, hours = '0') =>
      new Date(now.getTime() - Number(hours) * 3_600_000).toISOString(),
    );

function environmentText(
  values: Readonly<Record<string, string | null>>,
  prefix: string,
  end: string,
): string {
  return Object.entries(values)
    .flatMap(([name, value]) => (value === null ? [] : [`${prefix}${name}=${value}${end}`]))
    .join('');
}

function statusText(base: BaseSituation, wanted: CheckCase, now: Date): string {
  const startedSecsAgo = wanted.startedSecsAgo ?? base.startedSecsAgo;
  const startedAt = new Date(now.getTime() - startedSecsAgo * 1000).toISOString();
  const status = { ActiveEnterTimestamp: startedAt, ...base.service, ...wanted.service };
  return Object.entries(status)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

function logText(lines: readonly { secsAgo: number; text: string }[], now: Date): string {
  return lines
    .map(({ secsAgo, text }) => `${new Date(now.getTime() - secsAgo * 1000).toISOString()} ${text}\n`)
    .join('');
}

/** Prints the time as `date` does. Left out: the host's clock is the bot's own. */
function clockCommand(clocks: CheckCase['clocks']): readonly string[] | undefined {
  if (clocks?.silent === 'host') return ['false'];
  if (clocks?.host === undefined) return undefined;
  const time = `(Date.now() / 1000 + ${clocks.host}).toFixed(6)`;
  return [process.execPath, '-p', clocks.wholeSeconds ? `${time}.split('.')[0]` : time];
}

function confirmedIn(
  values: Readonly<Record<string, string | null>>,
  prefix: string,
  confirmed: CheckCase['confirmed'],
): readonly ConfirmedHost[] {
  if (confirmed === undefined) return [];
  const set = Object.entries(values).flatMap(([name, value]) =>
    value === null ? [] : [[`${prefix}${name}`, value] as const],
  );
  return [{ host: HOST, variables: Object.fromEntries(set), concealed: {} }];
}

/** Through the parser of the targets file, so that a scratch target is a target like any other. */
function targetsIn(
  folder: string,
  { accountId, dryRun, otherTargets }: BaseSituation,
  { modelsFolder, clocks }: CheckCase,
): Pick<ScratchHost, 'target' | 'targets'> {
  const service = {
    manager: 'command',
    status: ['cat', join(folder, 'service/status')],
    environ: ['cat', join(folder, 'service/environ')],
    logs: ['cat', join(folder, 'service/log')],
    current: ['cat', join(folder, 'service/current')],
    restart: ['true'],
    stop: ['true'],
    clock: clockCommand(clocks),
  };
  const target = {
    service,
    environmentFiles: [
      { path: join(folder, BASE_FILE), optional: true },
      { path: join(folder, ENVIRONMENT_FILE) },
    ],
    models: modelsFolder ? join(folder, 'models') : undefined,
    hosts: [{ name: HOST }],
    approval: { quorum: 1 },
    accountId,
    dryRun,
  };
  const source = {
    defaultTarget: 'selftest',
    roles: { operators: ['U0'] },
    targets: {
      selftest: target,
      ...Object.fromEntries(
        otherTargets.map((other, index) => [`other-${index + 1}`, { ...target, ...other }]),
      ),
    },
  };
  const targets = parseTargets('the scratch host', Buffer.from(JSON.stringify(source)));
  const found = targets.targets.get('selftest');
  if (found === undefined) throw new Error('the scratch host has no target');
  return { target: found, targets };
}
