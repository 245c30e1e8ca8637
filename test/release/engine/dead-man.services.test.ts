import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import type { TradingHost } from '../../../sandbox/host/service-commands.js';
import type { ReleaseRecord } from '../../../src/domain/release-record.js';
import { deadManName } from '../../../src/hosts/dead-man.js';
import { type DeadManHolder, type Host, HostError } from '../../../src/hosts/host.js';
import type { ReleaseEngine } from '../../../src/release/engine/release-engine.js';
import { runDeadline } from '../../../src/release/engine/run-deadline.js';
import { runRelease } from '../../../src/release/engine/run-release.js';
import { eventually } from '../../sandbox/host/eventually.js';
import { createEngineSetting, NEVER, replacing, verbs } from './support/engine-setting.js';
import { PREFIX } from './support/release-plan.js';

const setting = createEngineSetting();

const nameOn = ({ name }: TradingHost, releaseId: string) =>
  deadManName({ strategy: 'crypto_lob_ml', target: 'live', host: name, releaseId });

async function stateOn(host: TradingHost, releaseId: string): Promise<string | undefined> {
  return (await setting.service(host).deadMan?.look(nameOn(host, releaseId)))?.kind;
}

const states = async (releaseId: string) => [
  await stateOn(setting.canary, releaseId),
  await stateOn(setting.second, releaseId),
];

/** Hosts of which one holds its dead man otherwise. */
const wrapDeadMan = (name: string, methods: (deadMan: DeadManHolder) => Partial<DeadManHolder>) => ({
  wrapHost: (host: Host): Host =>
    host.name !== name
      ? host
      : replacing(host, {
          get service() {
            const { deadMan } = host.service;
            if (deadMan === undefined) throw new Error('The host holds none.');
            const changed = {
              arm: deadMan.arm,
              disarm: deadMan.disarm,
              look: deadMan.look,
              ...methods(deadMan),
            };
            return replacing(host.service, { deadMan: changed });
          },
        }),
});

/** Deployed on every host, and not to be confirmed. */
async function deployed(): Promise<{ engine: ReleaseEngine; releaseId: string }> {
  const releaseId = await setting.start(await setting.plan(true));
  const verdicts: { checkpoint: 'GO' | 'NO_GO' } = { checkpoint: 'GO' };
  const engine = setting.engine({
    verdicts,
    wrapJournal: (journal) => ({
      ...journal,
      async end(held, position, end, turn) {
        await journal.end(held, position, end, turn);
        const release = await journal.load(held.releaseId);
        const isDeployed = release?.steps.filter(
          ({ kind, state }) => kind === 'prove_start' && state === 'done',
        );
        if (isDeployed?.length === 2) verdicts.checkpoint = 'NO_GO';
      },
    }),
  });
  const release = await setting.carryOut(engine, releaseId);
  expect(release).toMatchObject({ state: 'watching', problem: { code: 'verdict_forbids' } });
  return { engine, releaseId };
}

const load = async (engine: ReleaseEngine, releaseId: string): Promise<ReleaseRecord> => {
  const release = await engine.journal.load(releaseId);
  if (release === undefined) throw new Error('The release is gone.');
  return release;
};

const armSteps = ({ steps }: ReleaseRecord) => steps.filter(({ kind }) => kind === 'arm_dead_man');

test('a release arms each host before it changes anything there, and disarms them when it is confirmed', async () => {
  const armedAt: string[] = [];
  const engine = setting.engine({
    wrapHost: (host) =>
      replacing(host, {
        async installFile(path, to, options) {
          const [release] = await releases();
          const which = host.name === 'live-1' ? setting.canary : setting.second;
          armedAt.push(`${host.name} ${await stateOn(which, release ?? '')}`);
          await host.installFile(path, to, options);
        },
      }),
  });
  const releaseId = await setting.start(await setting.plan(true));
  const release = await setting.carryOut(engine, releaseId);
  expect(release).toMatchObject({ state: 'confirmed', problem: null });
  expect([...new Set(armedAt)]).toEqual(['live-1 armed', 'live-2 armed']);
  expect(await states(releaseId)).toEqual(['none', 'none']);
  expect(armSteps(await load(engine, releaseId)).map(({ after }) => after)).toEqual([
    { until: release.confirmBy, disarmed: true },
    { until: release.confirmBy, disarmed: true },
  ]);
});

const releases = async (): Promise<string[]> =>
  (await setting.database.pool.query<{ id: string }>('SELECT release_id AS id FROM lobml.releases')).rows.map(
    ({ id }) => id,
  );

test('a host that does not arm it stops the release before anything is changed', async () => {
  const before = await readFile(setting.canary.environmentFiles[1], 'utf8');
  const engine = setting.engine(
    wrapDeadMan('live-1', () => ({
      arm: async () => {
        throw new HostError(
          'command_failed',
          { code: 'host_silent', facts: { host: 'live-1' } },
          { exitCode: 1 },
        );
      },
    })),
  );
  const releaseId = await setting.start(await setting.plan(true));
  expect(await setting.carryOut(engine, releaseId)).toMatchObject({
    state: 'cancelled',
    problem: { code: 'dead_man_not_armed', facts: { host: 'live-1' } },
  });
  expect(await readFile(setting.canary.environmentFiles[1], 'utf8')).toBe(before);
  expect(await verbs(setting.canary)).toEqual([]);
});

test('with no bot and no database left, every host is off by its deadline and five seconds; afterwards the bot says so', async () => {
  const { engine, releaseId } = await deployed();
  // Nearer, so that nobody waits for minutes: the hosts are armed for it at the next look.
  await setting.database.pool.query(
    `UPDATE lobml.releases SET confirm_by = now() + interval '25 seconds' WHERE release_id = $1`,
    [releaseId],
  );
  await runDeadline(engine, releaseId, NEVER);
  const { confirmBy } = await load(engine, releaseId);
  expect(await states(releaseId)).toEqual(['armed', 'armed']);
  // From here on nobody looks: what acts is on the hosts.
  const deadline = Date.parse(confirmBy);
  for (const host of [setting.canary, setting.second]) {
    await eventually(`${host.name} to be off`, async () =>
      (await setting.running(host, 'ENABLED').catch(() => undefined)) === 'false' ? true : undefined,
    );
    const offAt = Date.now();
    expect(offAt).toBeGreaterThanOrEqual(deadline);
    expect(offAt).toBeLessThan(deadline + 5_000);
    expect(await readFile(host.environmentFiles[1], 'utf8')).toContain(`${PREFIX}ENABLED=false\n`);
  }
  expect(await runDeadline(engine, releaseId, NEVER)).toEqual({ kind: 'rest' });
  expect(await load(engine, releaseId)).toMatchObject({
    state: 'disabled',
    problem: { code: 'dead_man_acted', facts: { confirmBy, hosts: ['live-1', 'live-2'], stopped: [] } },
    endedAt: expect.any(String),
  });
});

test('the deadline of a bot that lives disarms what it has turned off itself', async () => {
  const { engine, releaseId } = await deployed();
  await setting.passDeadline(releaseId);
  expect(await runDeadline(engine, releaseId, NEVER)).toEqual({ kind: 'rest' });
  const release = await load(engine, releaseId);
  expect(release).toMatchObject({ state: 'disabled', problem: { code: 'deadline_passed' } });
  const off = release.steps.filter(({ kind }) => kind === 'disable');
  expect(off.map(({ after }) => after)).toMatchObject([{ disarmed: true }, { disarmed: true }]);
  expect(await states(releaseId)).toEqual(['none', 'none']);
});

test('what a host has lost is armed again, and what was armed for another deadline too', async () => {
  const { engine, releaseId } = await deployed();
  await setting.service(setting.canary).deadMan?.disarm(nameOn(setting.canary, releaseId));
  await setting.database.pool.query(
    `UPDATE lobml.releases SET confirm_by = confirm_by + interval '1 minute' WHERE release_id = $1`,
    [releaseId],
  );
  expect(await runDeadline(engine, releaseId, NEVER)).toMatchObject({ kind: 'wait' });
  const { confirmBy, ...release } = await load(engine, releaseId);
  for (const host of [setting.canary, setting.second]) {
    expect(await setting.service(host).deadMan?.look(nameOn(host, releaseId))).toEqual({
      kind: 'armed',
      until: confirmBy,
    });
  }
  expect(armSteps({ confirmBy, ...release }).map(({ after }) => after)).toEqual([
    { until: confirmBy, rearmed: expect.any(String) },
    { until: confirmBy, rearmed: expect.any(String) },
  ]);
});

test.each(['a cancellation', 'a halt'])('%s disarms them', async (what) => {
  const { engine, releaseId } = await deployed();
  const by = JSON.stringify({
    by: { id: 'U', name: 'carol', surface: 'slack' },
    reason: 'no',
    at: '2026-12-01T00:00:00Z',
  });
  await setting.database.pool.query(
    `UPDATE lobml.releases SET cancel_requested = $2, state = CASE WHEN $3 THEN 'halted' ELSE state END WHERE release_id = $1`,
    [releaseId, by, what === 'a halt'],
  );
  const release = await setting.carryOut(engine, releaseId);
  expect(release.endedAt).not.toBeNull();
  expect(await states(releaseId)).toEqual(['none', 'none']);
  expect(armSteps(release).map(({ after }) => after?.disarmed)).toEqual([true, true]);
});

test('a halted release whose host does not answer is over at once, and its host disarmed when it answers', async () => {
  const { releaseId } = await deployed();
  await setting.database.pool.query(
    `UPDATE lobml.releases SET cancel_requested = '{"by":{"id":"U","name":"c","surface":"slack"},"reason":"","at":"2026-12-01T00:00:00Z"}', state = 'halted' WHERE release_id = $1`,
    [releaseId],
  );
  let isAway = true;
  const engine = setting.engine(
    wrapDeadMan('live-2', (deadMan) => ({
      async disarm(name, options) {
        if (isAway) throw new HostError('unreachable', { code: 'host_silent', facts: { host: 'live-2' } });
        await deadMan.disarm(name, options);
      },
    })),
  );
  expect(await runRelease(engine, releaseId, NEVER)).toMatchObject({ kind: 'wait' });
  expect((await load(engine, releaseId)).endedAt).not.toBeNull();
  expect(await states(releaseId)).toEqual(['none', 'armed']);
  isAway = false;
  expect(await runRelease(engine, releaseId, NEVER)).toEqual({ kind: 'rest' });
  expect(await states(releaseId)).toEqual(['none', 'none']);
});

test('while one host cannot be disarmed nothing is confirmed, and the others stay armed', async () => {
  const releaseId = await setting.start(await setting.plan(true));
  let isAway = true;
  const engine = setting.engine(
    wrapDeadMan('live-2', (deadMan) => ({
      async disarm(name, options) {
        if (isAway) throw new HostError('unreachable', { code: 'host_silent', facts: { host: 'live-2' } });
        await deadMan.disarm(name, options);
      },
    })),
  );
  await eventually('the confirmation to wait', async () => {
    const result = await runRelease(engine, releaseId, NEVER);
    const release = await load(engine, releaseId);
    const confirm = release.steps.find(({ kind }) => kind === 'confirm');
    return result.kind === 'wait' && confirm?.problem?.code === 'host_error' ? true : undefined;
  });
  expect(await states(releaseId)).toEqual(['armed', 'armed']);
  isAway = false;
  expect(await setting.carryOut(engine, releaseId)).toMatchObject({ state: 'confirmed' });
  expect(await states(releaseId)).toEqual(['none', 'none']);
});
