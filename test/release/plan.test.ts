import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { addSeconds } from 'date-fns/addSeconds';
import { readHostEnvironment } from '../../src/checks/context/host-environment.js';
import { confirmedVariables } from '../../src/checks/context/since-confirmed.js';
import type { DeployWish } from '../../src/domain/deploy-wish.js';
import { stepsOfRelease } from '../../src/domain/release-steps.js';
import { shownInProcess } from '../../src/hosts/environment/concealed-value.js';
import type { Host } from '../../src/hosts/host.js';
import { createHost } from '../../src/hosts/kinds/create-host.js';
import type { TargetHost } from '../../src/hosts/kinds/target-host.js';
import { requestReportView } from '../../views/release-request.js';
import {
  ALICE,
  BOB,
  createReleaseWorld,
  insertConfirmed,
  type ReleaseWorld,
  requestAsAlice,
  WISH,
  writeRunning,
} from './support/release-world.js';

let world: ReleaseWorld;
beforeEach(async () => {
  world = await createReleaseWorld();
});
afterEach(() => world.end());

const plan = (wish: Partial<DeployWish> = {}) =>
  world.service.plan({ ...WISH, ...wish }, world.target, ALICE);
const codes = async (wish: Partial<DeployWish>) => {
  const result = await plan(wish);
  return result.kind === 'refused' ? result.refusals.map(({ code }) => code) : [];
};
async function checked(wish: Partial<DeployWish> = {}) {
  const result = await plan(wish);
  if (result.kind !== 'checked') throw new Error(JSON.stringify(result));
  return result;
}

test('says what changes on each host, and judges what will stand, not what stands', async () => {
  const result = await checked();
  expect(result.run.verdict).toBe('GO');
  expect(result.plan.hosts.map(({ host }) => host)).toEqual(['h1', 'h2']);
  expect(result.plan.hosts[0]).toMatchObject({
    modelPath: world.path('h1', 'models', 'next.onnx'),
    presentModelSha256: '',
    writtenFile: world.path('h1', 'strategy.env'),
    drift: [],
    changes: [
      { variable: 'S__ENABLED', before: 'false', after: 'true' },
      { variable: 'S__MODEL_PATH', after: world.path('h1', 'models', 'next.onnx') },
      { variable: 'S__MODEL_VERSION', before: 'v1', after: 'v2' },
      { variable: 'S__EV_EXIT_BUFFER', before: null, after: '0.01' },
    ],
  });
  expect(result.run.planned).toBe(true);
  expect(await readFile(world.path('h1', 'strategy.env'), 'utf8')).toContain('S__ENABLED=false');
});

test('what the training wrote beside the model is bound, and goes with it', async () => {
  const written = await readFile(world.path('staging', 'next.meta.json'));
  const metaSha256 = createHash('sha256').update(written).digest('hex');
  expect((await checked()).plan.model).toMatchObject({ name: 'next.onnx', metaSha256 });
  await rm(world.path('staging', 'next.meta.json'));
  expect((await checked()).plan.model).not.toHaveProperty('metaSha256');
});

test('no other variable, and no secret, is in the plan, the run or an event', async () => {
  await requestAsAlice(world);
  const { rows } = await world.database.pool.query(
    'SELECT plan, evidence, (SELECT json_agg(checks) FROM lobml.check_runs) AS checks FROM lobml.release_requests',
  );
  const everything = JSON.stringify([rows, world.events]);
  expect(everything).not.toContain('deadbeef');
  expect(everything).not.toContain('PRIVATE_KEY');
  expect(everything).not.toContain('unrelated');
});

test.each([
  'S__EXIT_MODE="ev_exit\nPRIVATE_KEY=0xdeadbeef\n"\n',
  'S__EXIT_MODE=ev_exit\\\nPRIVATE_KEY=0xdeadbeef\n',
])('a value that takes in the next lines is refused without its text', async (lines) => {
  await writeFile(world.path('h1', 'strategy.env'), `S__ENABLED=false\n${lines}`);
  expect(await codes({})).toEqual(['unsafe_environment_file']);
  const { run } = await world.context.checks.run({
    kind: 'precheck',
    target: world.target,
    requestedBy: ALICE,
  });
  expect(JSON.stringify(run.checks)).not.toContain('deadbeef');
  // The file is put right, and the process still has what it had taken in.
  const swallowed = lines.includes('\\')
    ? 'ev_exitPRIVATE_KEY=0xdeadbeef'
    : 'ev_exit\nPRIVATE_KEY=0xdeadbeef\n';
  expect(shownInProcess(swallowed, { value: 'ev_exit' })).toBe('⏎…');
});

test('an undeclared variable of the prefix that the process alone still has is drift: the restart takes it away', async () => {
  await writeRunning(world.path, 'h1', ['S__ENABLED=false', 'S__MAX_ENTRY_PRICE=0.4']);
  const { plan: made, toAcknowledge } = await checked();
  const names = made.hosts.map(({ undeclared = [] }) => undeclared);
  expect(names).toEqual([[{ variable: 'S__MAX_ENTRY_PRICE', shown: { before: '0.4', after: null } }], []]);
  expect(toAcknowledge).toContain('undeclared');
});

test('the same wish on the same hosts gives the same plan', async () => {
  expect((await checked()).plan).toEqual((await checked()).plan);
});

test('what was edited without a restart goes live with it, and is taken upon oneself by name', async () => {
  await writeRunning(world.path, 'h2', ['S__ENABLED=false', 'S__EXIT_MODE=signal_flip']);
  const { plan: made, run, toAcknowledge } = await checked();
  expect(made.hosts[1]?.drift).toEqual([{ variable: 'S__EXIT_MODE', before: 'signal_flip', after: null }]);
  expect(run.verdict).toBe('GO');
  expect(toAcknowledge).toEqual(['drift']);
  await expect(requestAsAlice(world)).rejects.toThrow('not_acknowledged');
  const request = await requestAsAlice(world, WISH, ['drift']);
  expect(request.acknowledged).toMatchObject([{ subject: 'drift', by: ALICE }]);
});

test('a variable that the runbook does not know goes live by its own acknowledgement, and shows no secret', async () => {
  const text = await readFile(world.path('h1', 'strategy.env'), 'utf8');
  const added = 'S__DEFAULT_SHARES=100000\nDRY_RUN=false\nS__API_KEY=hush\n';
  await writeFile(world.path('h1', 'strategy.env'), text + added);
  const { plan: made, toAcknowledge } = await checked();
  expect(made.hosts[0]?.drift).toEqual([]);
  expect(made.hosts[0]?.undeclared).toEqual([
    { variable: 'DRY_RUN', shown: undefined },
    { variable: 'S__API_KEY', shown: undefined },
    { variable: 'S__DEFAULT_SHARES', shown: { before: null, after: '100000' } },
  ]);
  expect(made.hosts[1]?.undeclared).toBeUndefined();
  expect(toAcknowledge).toEqual(['undeclared']);
  await expect(requestAsAlice(world)).rejects.toThrow('not_acknowledged');
  await requestAsAlice(world, WISH, ['undeclared']);
  expect(JSON.stringify([made, world.events])).not.toMatch(/hush|DRY_RUN[^}]*false/);
});

describe('against the last confirmed release', () => {
  const append = async (file: string, lines: string) => {
    const path = world.path('h1', file);
    await writeFile(path, (await readFile(path, 'utf8')) + lines);
  };
  /** As the engine leaves it behind: what the running process has, that of h1 with these lines besides. */
  const confirm = async (...lines: readonly string[]) => {
    const { runbook } = world.context.sources;
    const hosts = await Promise.all(
      world.target.hosts.map(async (settings) => {
        const files = await readHostEnvironment(createHost(settings), settings, { timeoutMs: 5_000 });
        const running = new Map([...files.effective].map(([name, { value }]) => [name, value]));
        for (const line of settings.name === 'h1' ? lines : []) running.set(...splitLine(line));
        const kept = await confirmedVariables(running, files, runbook);
        return { host: settings.name, model: null, binary: null, ...kept };
      }),
    );
    await insertConfirmed(world, hosts);
    return hosts;
  };
  const splitLine = (line: string): [string, string] => {
    const [name = '', value = ''] = line.split('=');
    return [name, value];
  };

  test('what another layer got by hand, with a restart, is named and taken upon oneself', async () => {
    await confirm();
    const added = 'S__DEFAULT_SHARES=100000\nDRY_RUN=false\n';
    await append('secrets.env', added);
    const running = await readFile(world.path('h1', 'strategy.env'), 'utf8');
    await writeRunning(world.path, 'h1', [...running.split('\n'), ...added.split('\n')]);
    const { plan: made, toAcknowledge } = await checked();
    expect(made.hosts[0]?.sinceConfirmed).toEqual([
      { variable: 'DRY_RUN', shown: undefined },
      { variable: 'S__DEFAULT_SHARES', shown: { before: null, after: '100000' } },
    ]);
    expect(made.hosts[1]?.sinceConfirmed).toBeUndefined();
    expect(toAcknowledge).toEqual(['since_confirmed']);
    await expect(requestAsAlice(world)).rejects.toThrow('not_acknowledged');
    const request = await requestAsAlice(world, WISH, ['since_confirmed']);
    expect(request.acknowledged).toMatchObject([{ subject: 'since_confirmed', by: ALICE }]);
    expect(JSON.stringify([made, world.events])).not.toMatch(/DRY_RUN[^}]*false/);
    const view = await world.service.view(request.requestId);
    if (view === undefined) throw new Error('no view');
    const shown = JSON.stringify(requestReportView(view, { locale: 'en', envPrefix: 'S__' }));
    expect(shown).toContain('Changed since the last confirmed release');
    expect(shown).toContain('h1  `DRY_RUN` · `DEFAULT_SHARES`  _(not set)_ → `100000`');
    expect(shown).toContain('What was changed since the last confirmed release stays');
  });

  test('a secret that was changed or taken away is seen, by its name alone, and stored nowhere', async () => {
    const stored = await confirm('PRIVATE_KEY=0xold', 'S__API_KEY=hush');
    expect(JSON.stringify(stored)).not.toMatch(/0xold|hush|deadbeef|unrelated/);
    const { plan: made, digest } = await checked();
    expect(made.hosts[0]?.sinceConfirmed).toEqual([
      { variable: 'PRIVATE_KEY', shown: undefined },
      { variable: 'S__API_KEY', shown: undefined },
    ]);
    await world.database.pool.query('DELETE FROM lobml.known_good_releases');
    await confirm('PRIVATE_KEY=0xold');
    expect((await checked()).digest).not.toBe(digest);
  });

  test('a declared variable that somebody edited and restarted; what the release changes is no part of it', async () => {
    await confirm('S__EXIT_MODE=ev_exit', 'S__MODEL_VERSION=v0');
    expect((await checked()).plan.hosts[0]?.sinceConfirmed).toEqual([
      { variable: 'S__EXIT_MODE', shown: { before: 'ev_exit', after: null } },
    ]);
  });

  describe('the bytes of what stays', () => {
    const SETTINGS = { model: undefined, modelVersion: undefined };
    const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
    const at = (kind: 'model' | 'binary') =>
      kind === 'model' ? world.path('h1', 'models', 'old.onnx') : world.path('h1', 'ploy');
    /** As the last release left it on h1; of h2 nobody knows. */
    const confirmFiles = async () => {
      await writeFile(at('binary'), 'old program');
      const [h1, h2] = await confirm();
      if (h1 === undefined || h2 === undefined) throw new Error('no hosts');
      const file = (kind: 'model' | 'binary') => {
        const path = at(kind);
        return {
          path,
          sha256: sha256(`old ${kind === 'model' ? 'model' : 'program'}`),
          keptPath: `${path}.kept`,
        };
      };
      await world.database.pool.query('DELETE FROM lobml.known_good_releases');
      await insertConfirmed(world, [{ ...h1, model: file('model'), binary: file('binary') }, h2]);
    };

    test.each(['model', 'binary'] as const)(
      'a %s that was replaced by hand is taken upon oneself by name',
      async (kind) => {
        await confirmFiles();
        expect((await checked(SETTINGS)).toAcknowledge).toEqual([]);
        await writeFile(at(kind), 'by hand');
        const { plan: made, toAcknowledge } = await checked(SETTINGS);
        const before = sha256(kind === 'model' ? 'old model' : 'old program');
        expect(made.hosts.map(({ sinceConfirmed }) => sinceConfirmed)).toEqual([
          [{ variable: at(kind), shown: { before, after: sha256('by hand') } }],
          undefined,
        ]);
        expect(toAcknowledge).toEqual(['since_confirmed']);
        const wish = { ...WISH, ...SETTINGS };
        await expect(requestAsAlice(world, wish)).rejects.toThrow('not_acknowledged');
        const request = await requestAsAlice(world, wish, ['since_confirmed']);
        const view = await world.service.view(request.requestId);
        if (view === undefined) throw new Error('no view');
        const shown = JSON.stringify(requestReportView(view, { locale: 'en', envPrefix: 'S__' }));
        const short = [before, sha256('by hand')].map((hash) => hash.slice(0, 12));
        expect(shown).toContain(`h1  \`${at(kind)}\`  \`${short[0]}\` → \`${short[1]}\``);
      },
    );

    test('one that is gone is named as well; one that the release brings is not', async () => {
      await confirmFiles();
      await rm(at('binary'));
      await writeFile(at('model'), 'by hand');
      const { plan: made } = await checked();
      expect(made.hosts[0]?.sinceConfirmed).toEqual([
        { variable: at('binary'), shown: { before: sha256('old program'), after: null } },
      ]);
    });
  });

  test('nothing, where everything stands as it was confirmed', async () => {
    await confirm();
    expect((await checked()).plan.hosts.map(({ sinceConfirmed }) => sinceConfirmed)).toEqual([
      undefined,
      undefined,
    ]);
  });
});

test('a flag that was set by hand without a restart is drift too', async () => {
  const text = await readFile(world.path('h1', 'strategy.env'), 'utf8');
  await writeFile(world.path('h1', 'strategy.env'), text.replace('ENABLED=false', 'ENABLED=true'));
  const { plan: made, run } = await checked();
  expect(made.hosts[0]?.drift).toEqual([{ variable: 'S__ENABLED', before: 'false', after: 'true' }]);
  expect(run.verdict).toBe('GO');
});

test('a stopped service is no obstacle: a release brings it back', async () => {
  await writeRunning(world.path, 'h1', undefined);
  expect((await checked()).run.verdict).toBe('GO');
});

test('a warning needs its acknowledgement by name; a NO-GO cannot be requested at all', async () => {
  const warned = { ...WISH, settings: { EV_EXIT_BUFFER: '0.2' } };
  expect((await checked(warned)).toAcknowledge).toEqual(['env.ev_exit_buffer']);
  await expect(requestAsAlice(world, warned)).rejects.toThrow('not_acknowledged');
  const forbidden = { ...WISH, settings: { EV_EXIT_BUFFER: '0.4' } };
  expect((await checked(forbidden)).run.verdict).toBe('NO_GO');
  await expect(requestAsAlice(world, forbidden, ['env.ev_exit_buffer'])).rejects.toThrow('verdict_forbids');
  // Later than the NO-GO, which would revoke what was found at its own moment.
  world.clock.now = addSeconds(world.clock.now, 1);
  await requestAsAlice(world, warned, ['env.ev_exit_buffer']);
});

test('what was shown and has changed since is not requested', async () => {
  const { run, digest } = await checked();
  await writeFile(world.path('staging', 'next.onnx'), 'another model');
  const asked = { wish: WISH, target: world.target, by: ALICE, runId: run.runId, digest, acknowledged: [] };
  expect(await world.service.request(asked)).toMatchObject({ refusal: { code: 'content_changed' } });
});

test('checks that said GO and are too old by now are refused as that, not as a HOLD', async () => {
  const { run, digest } = await checked();
  world.clock.now = new Date(run.validUntil);
  const asked = { wish: WISH, target: world.target, by: ALICE, runId: run.runId, digest, acknowledged: [] };
  expect(await world.service.request(asked)).toMatchObject({ refusal: { code: 'verdict_expired' } });
});

test('a plan needs no reason, a request does', async () => {
  const wish = { ...WISH, reason: ' ' };
  const checked = await world.service.plan(wish, world.target, ALICE);
  if (checked.kind !== 'checked') throw new Error('no plan');
  const { run, digest } = checked;
  const asked = { wish, target: world.target, by: ALICE, runId: run.runId, digest, acknowledged: [] };
  expect(await world.service.request(asked)).toMatchObject({ refusal: { code: 'reason_missing' } });
});

describe('refuses', () => {
  test.each<[string, Partial<DeployWish>, string]>([
    ['a value that the strategy would ignore', { settings: { EXIT_MODE: 'ev_exti' } }, 'bad_value'],
    [
      'a value with a line break',
      { settings: { MODEL_VERSION: 'v2\nX=1' }, model: undefined, modelVersion: undefined },
      'bad_value',
    ],
    ['a variable that the strategy does not have', { settings: { EXITMODE: 'ev' } }, 'unknown_variable'],
    ['a path beside the model', { settings: { MODEL_PATH: '/x' } }, 'variable_from_model'],
    ['turning off', { settings: { ENABLED: 'no' } }, 'release_turns_on'],
    ['a model without a version', { modelVersion: '' }, 'version_missing'],
    ['a path as a name', { model: '../runbook.yaml' }, 'bad_artefact_name'],
    ['a model that is not there', { model: 'gone.onnx' }, 'artefact_missing'],
  ])('%s', async (_name, wish, code) => {
    expect(await codes(wish)).toContain(code);
  });

  test('a link that leads out of the staging folder, and an empty file', async () => {
    await symlink(world.path('h1', 'secrets.env'), world.path('staging', 'link.onnx'));
    await writeFile(world.path('staging', 'empty.onnx'), '');
    expect(await codes({ model: 'link.onnx' })).toEqual(['artefact_not_a_file']);
    expect(await codes({ model: 'empty.onnx' })).toEqual(['artefact_empty']);
  });

  test('a place on the host that leads out of the models folder', async () => {
    await mkdir(world.path('h2', 'elsewhere'));
    await symlink(world.path('h2', 'elsewhere', 'x'), world.path('h2', 'models', 'next.onnx'));
    await writeFile(world.path('h2', 'elsewhere', 'x'), '');
    expect(await codes({})).toEqual(['host_error']);
  });

  test('a host whose environment file is gone', async () => {
    await rm(world.path('h2', 'secrets.env'));
    expect(await codes({})).toEqual(['unsafe_environment_file']);
  });

  test('what is there already', async () => {
    for (const host of ['h1', 'h2']) await writeFile(world.path(host, 'strategy.env'), 'S__ENABLED=true\n');
    const wish = { model: undefined, modelVersion: undefined, settings: {} };
    expect(await codes(wish)).toEqual(['nothing_to_do']);
  });
});

test('the staging folder, newest first, with what the training measured', async () => {
  await writeFile(world.path('staging', 'ploy-2'), 'binary');
  const { models, binaries } = await world.service.staged(world.target);
  expect(models).toMatchObject([
    { name: 'next.onnx', size: 10, meta: { version: 'v2', metrics: { auc: 0.6 } } },
  ]);
  expect(binaries).toMatchObject([{ name: 'ploy-2' }]);
});

test('the model that a release keeps is approved with it: other bytes change the digest', async () => {
  const wish = { model: undefined, modelVersion: undefined, settings: { EV_EXIT_BUFFER: '0.01' } };
  const before = await checked(wish);
  const path = before.plan.hosts[0]?.presentModelSha256 ?? '';
  expect(path).toMatch(/^[0-9a-f]{64}$/);
  await writeFile(world.path('h1', 'models', 'old.onnx'), 'other bytes');
  expect((await checked(wish)).digest).not.toBe(before.digest);
});

test('what a restart would start is approved with the rest: another unit ends the request', async () => {
  let path = '/opt/ploy';
  const fragment = '/etc/s.service';
  const definition = async () => ({
    ...{ needsReload: false, variables: [], ofManager: [], environmentFiles: [], fragment, dropIns: [] },
    command: { path, words: `${path} run`, isOfProcess: true },
  });
  const { sources } = world.context;
  const { hostOf } = sources;
  const withUnit = (host: Host): Host =>
    Object.create(host, {
      service: { value: Object.create(host.service, { definition: { value: definition } }) },
    });
  Object.assign(sources, {
    hostOf: (settings: TargetHost) =>
      settings.name === 'h1' ? withUnit(hostOf(settings)) : hostOf(settings),
  });
  expect((await checked()).plan.hosts.map((host) => host.unit?.fragment)).toEqual([
    '/etc/s.service',
    undefined,
  ]);
  const { requestId, digest } = await requestAsAlice(world);
  path = '/tmp/ploy';
  const changes = [{ part: 'unit', host: 'h1', subject: fragment }];
  expect(await world.service.approve({ requestId, digest, person: BOB })).toMatchObject({
    kind: 'invalidated',
    changes,
  });
});

test('a host that cannot turn the strategy off by itself is named, and taken upon oneself by name', async () => {
  expect((await checked()).toAcknowledge).toEqual([]);
  // What was armed is not seen armed.
  await writeFile(world.path('h2', 'dead-man'), 'none\n');
  const { plan: made, toAcknowledge } = await checked();
  expect(made.hosts.map(({ withoutDeadMan }) => withoutDeadMan)).toEqual([undefined, 'refused']);
  expect(toAcknowledge).toEqual(['no_dead_man']);
  await expect(requestAsAlice(world)).rejects.toThrow('not_acknowledged');
  const request = await requestAsAlice(world, WISH, ['no_dead_man']);
  const view = await world.service.view(request.requestId);
  if (view === undefined) throw new Error('no view');
  const shown = JSON.stringify(requestReportView(view, { locale: 'en', envPrefix: 'S__' }));
  expect(shown).toContain('Cannot turn the strategy off by itself at the deadline (dead man)*\\nh2');
  // Its release arms the other host alone.
  expect(stepsOfRelease(made, [5]).filter(({ kind }) => kind === 'arm_dead_man')).toMatchObject([
    { host: 'h1' },
  ]);
});
