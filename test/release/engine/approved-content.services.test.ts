import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { editByHand } from '../../../sandbox/host/hand-edit.js';
import type { TradingHost } from '../../../sandbox/host/service-commands.js';
import type { ReleasePlan } from '../../../src/domain/release-plan.js';
import { type Host, HostError } from '../../../src/hosts/host.js';
import { runRelease } from '../../../src/release/engine/run-release.js';
import { selectKnownGood } from '../../../src/release/store/known-good-store.js';
import { unitIdentity } from '../../../src/release/unit-identity.js';
import { createEngineSetting, NEVER, replacing, verbs } from './support/engine-setting.js';
import { NEW_VERSION, PREFIX, sha256Of } from './support/release-plan.js';
import type { TestEngineOptions } from './support/test-engine.js';

/** What was approved is what runs on every host, or nothing does. */

const setting = createEngineSetting();
// lock, precheck, compare_digest, five steps of the canary, its checkpoint, five of the second host, two checkpoints
const [CANARY_PROVED, SECOND_STAGED, SECOND_WRITTEN, LAST_CHECKPOINT, CONVERGED] = [7, 10, 11, 15, 16];

const afterStep = (position: number, act: () => unknown): Partial<TestEngineOptions> => ({
  wrapJournal: (journal) => ({
    ...journal,
    async end(held, at, end, turn) {
      await journal.end(held, at, end, turn);
      if (at === position && end.state === 'done') await act();
    },
  }),
});

const otherLayer = (host: TradingHost): string => host.environmentFiles[0];
const addLine = (host: TradingHost) => appendFile(otherLayer(host), `${PREFIX}EV_EXIT_BUFFER=0.45\n`);
const known = () => selectKnownGood(setting.database.pool, { strategy: 'crypto_lob_ml', target: 'live' });

/** The services as units of systemd: the one of the second host gets another command when somebody edits it. */
function withUnits() {
  const fragment = '/etc/systemd/system/ploy.service';
  let path = '/opt/ploy/bin/ploy';
  const unitOf = (host: Host): Host =>
    replacing(host, {
      service: replacing(host.service, {
        definition: async () => ({
          ...{
            needsReload: false,
            variables: [],
            ofManager: [],
            environmentFiles: [],
            fragment,
            dropIns: [],
          },
          command: {
            path: host.name === 'live-2' ? path : '/opt/ploy/bin/ploy',
            words: '',
            isOfProcess: true,
          },
        }),
      }),
    });
  return {
    fragment,
    wrapHost: unitOf,
    change: () => {
      path = '/tmp/ploy';
    },
    async plan() {
      const plan = await setting.plan();
      const unit = await unitIdentity(unitOf({ name: 'live-2', service: {} } as unknown as Host).service, {});
      if (unit === undefined) throw new Error('no unit');
      return { ...plan, hosts: plan.hosts.map((host) => ({ ...host, unit })) };
    },
  };
}

/** A release of settings and a program: the model stays. */
async function planWithoutModel() {
  const plan = await setting.plan();
  const hosts = await Promise.all(
    plan.hosts.map(async (host, index) => {
      const { modelPath } = index === 0 ? setting.canary : setting.second;
      const [, version] = host.changes;
      return {
        ...host,
        modelPath: undefined,
        presentModelSha256: await sha256Of(modelPath),
        changes: version === undefined ? [] : [version],
      };
    }),
  );
  return { ...plan, model: undefined, hosts };
}

describe('right before a host is touched', () => {
  test.each([
    ['before its first step', CANARY_PROVED],
    ['before its file is written', SECOND_STAGED],
    ['before its restart', SECOND_WRITTEN],
  ])('a line in another layer stops it: %s', async (_title, position) => {
    const engine = setting.engine(afterStep(position, () => addLine(setting.second)));
    const release = await setting.carryOut(engine, await setting.start());
    expect(release).toMatchObject({
      state: 'reverted',
      problem: {
        code: 'changed_since_plan',
        facts: { host: 'live-2', path: otherLayer(setting.second) },
      },
    });
    expect((await verbs(setting.second)).slice(0, 1)).not.toEqual(['restart']);
    expect(await setting.running(setting.canary, 'MODEL_VERSION')).toBe('lob-tcn-5m-v3');
    expect(await setting.running(setting.second, 'EV_EXIT_BUFFER')).not.toBe('0.45');
  });

  test.each([
    ['before its first step', CANARY_PROVED],
    ['before its restart', SECOND_WRITTEN],
  ])('another unit stops it: %s', async (_title, position) => {
    const units = withUnits();
    const engine = setting.engine({ ...afterStep(position, units.change), ...units });
    const release = await setting.carryOut(engine, await setting.start(await units.plan()));
    expect(release).toMatchObject({
      state: 'reverted',
      problem: { code: 'changed_since_plan', facts: { host: 'live-2', path: units.fragment } },
    });
    expect(await verbs(setting.second)).not.toContain('restart');
  });

  test('what another target has come to run since is not replaced, unless its people have agreed', async () => {
    const carryOut = async (alsoApprovedBy: ReleasePlan['alsoApprovedBy'] = []) => {
      let isUsed = false;
      const engine = setting.engine(
        afterStep(CANARY_PROVED, () => {
          isUsed = true;
        }),
      );
      const place = {
        host: 'live-2',
        target: 'dryrun',
        what: 'program',
        path: '/opt/ploy',
        changes: true,
      } as const;
      const sharedPlaces = async () => (isUsed ? [place] : []);
      const plan = { ...(await setting.plan()), alsoApprovedBy };
      return setting.carryOut({ ...engine, sharedPlaces }, await setting.start(plan));
    };
    const facts = { host: 'live-2', target: 'dryrun', path: '/opt/ploy' };
    expect(await carryOut()).toMatchObject({
      state: 'reverted',
      problem: { code: 'changes_other_target', facts },
    });
    const dryrun = { target: 'dryrun', strategy: 's', quorum: 1, groups: [], users: [] };
    expect(await carryOut([dryrun])).toMatchObject({ state: 'confirmed' });
  });

  test.each(['before its file is written', 'at the end'] as const)(
    'what describes the model is no other than the approved one: %s',
    async (when) => {
      const name = 'lob_tcn_5m_v4.meta.json';
      const path = join(setting.second.modelsFolder, name);
      const position = when === 'at the end' ? CONVERGED : SECOND_STAGED;
      const engine = setting.engine(afterStep(position, () => writeFile(path, '{}')));
      const { model, ...plan } = await setting.plan();
      if (model === undefined) throw new Error('no model');
      const metaSha256 = await sha256Of(join(setting.stagingFolder, name));
      expect(metaSha256).not.toBe('');
      const release = await setting.carryOut(
        engine,
        await setting.start({ ...plan, model: { ...model, metaSha256 } }),
      );
      if (when === 'at the end') {
        expect(release).toMatchObject({ state: 'watching', problem: { code: 'hosts_differ' } });
        expect([release.problem?.facts.differences ?? []].flat()).toEqual([
          expect.stringContaining(`live-2: ${path} `),
        ]);
      } else
        expect(release).toMatchObject({
          state: 'reverted',
          problem: { code: 'changed_since_plan', facts: { host: 'live-2', path } },
        });
    },
  );

  test('the bytes of a model that stays stop it', async () => {
    const replace = () => writeFile(setting.second.modelPath, 'another model');
    const engine = setting.engine(afterStep(CANARY_PROVED - 1, replace));
    const release = await setting.carryOut(engine, await setting.start(await planWithoutModel()));
    expect(release).toMatchObject({
      state: 'reverted',
      problem: { code: 'changed_since_plan', facts: { host: 'live-2', path: setting.second.modelPath } },
    });
  });
});

describe('at the end', () => {
  test('a line in another layer that went live is no part of the plan', async () => {
    const goLive = async () => {
      await addLine(setting.second);
      await setting.service(setting.second).restart();
    };
    const engine = setting.engine(afterStep(LAST_CHECKPOINT, goLive));
    const release = await setting.carryOut(engine, await setting.start());
    expect(release).toMatchObject({ state: 'watching', problem: { code: 'hosts_differ' } });
    const [difference, ...others] = [release.problem?.facts.differences ?? []].flat();
    expect(others).toEqual([]);
    expect(difference).toContain(`live-2: ${otherLayer(setting.second)} `);
    expect(await known()).toEqual([]);
  });

  test('another unit than the approved one is no known-good', async () => {
    const units = withUnits();
    const engine = setting.engine({ ...afterStep(LAST_CHECKPOINT, units.change), ...units });
    const release = await setting.carryOut(engine, await setting.start(await units.plan()));
    expect(release).toMatchObject({ state: 'watching', problem: { code: 'hosts_differ' } });
    const [difference, ...others] = [release.problem?.facts.differences ?? []].flat();
    expect(others).toEqual([]);
    expect(difference).toContain(`live-2: ${units.fragment} `);
    expect(await known()).toEqual([]);
  });

  test('a host whose flag was turned off since they were compared is not confirmed', async () => {
    const turnOff = async () => {
      editByHand(setting.second.environmentFiles[1], 'ENABLED', 'false');
      await setting.service(setting.second).restart();
    };
    const engine = setting.engine(afterStep(CONVERGED, turnOff));
    const release = await setting.carryOut(engine, await setting.start());
    expect(release).toMatchObject({ state: 'watching', problem: { code: 'hosts_differ' }, endedAt: null });
    expect(await known()).toEqual([]);
  });

  test.each(['model', 'binary'] as const)(
    'another %s than the planned one is no known-good',
    async (kind) => {
      const replace = async () => {
        const { plan } = release;
        const [, second] = plan.hosts;
        await appendFile((kind === 'model' ? second?.modelPath : second?.binaryPath) ?? '', '# another');
      };
      const release = { plan: await setting.plan() };
      const engine = setting.engine(afterStep(CONVERGED, replace));
      const ended = await setting.carryOut(engine, await setting.start(release.plan));
      expect(ended).toMatchObject({ state: 'watching', problem: { code: 'hosts_differ' } });
      expect(await known()).toEqual([]);
    },
  );

  test('a host that does not answer is not confirmed; once it answers, and is as planned, it is', async () => {
    let isAway = false;
    const engine = setting.engine({
      ...afterStep(CONVERGED, () => {
        isAway = true;
      }),
      wrapHost: (host) =>
        host.name === 'live-1'
          ? host
          : replacing(host, {
              async readFile(path, options) {
                if (isAway)
                  throw new HostError('unreachable', { code: 'host_silent', facts: { host: 'live-2' } });
                return host.readFile(path, options);
              },
            }),
    });
    const releaseId = await setting.start();
    let result = await runRelease(engine, releaseId, NEVER);
    while (!isAway) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      result = await runRelease(engine, releaseId, NEVER);
    }
    expect(result).toMatchObject({ kind: 'wait' });
    expect(await engine.journal.load(releaseId)).toMatchObject({ state: 'watching', endedAt: null });
    expect(await known()).toEqual([]);
    isAway = false;
    expect(await setting.carryOut(engine, releaseId)).toMatchObject({ state: 'confirmed' });
    const [confirmed] = await known();
    expect(confirmed?.hosts.map(({ model }) => model?.sha256)).toEqual(
      (await setting.plan()).hosts.map(() => confirmed?.hosts[0]?.model?.sha256),
    );
    expect(await setting.running(setting.second, 'MODEL_VERSION')).toBe(NEW_VERSION);
  });
});
