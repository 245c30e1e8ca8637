import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { buildPrograms, PROGRAMS_FOLDER } from '../support/build-programs.js';
import { createTrainingFixture, goodMeta, type TrainingFixture, writingTrainer } from './fixture.js';

const folder = join(PROGRAMS_FOLDER, `following-${process.pid}`);
const program = join(folder, 'following-process.mjs');
let fixture: TrainingFixture;

beforeAll(async () => {
  const entryPoints = [join(import.meta.dirname, 'support', 'following-process.ts')];
  await buildPrograms({ entryPoints, folder, extension: '.mjs' });
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(async () => {
  fixture = await createTrainingFixture();
});
afterEach(() => fixture.remove());

test.each(['checking', 'running', 'progress', 'judging'])(
  'a bot killed at %s: the next one finds the training by its id and starts no second trainer',
  async (killAt) => {
    await fixture.trainer(`
      import { appendFileSync } from 'node:fs';
      appendFileSync('${fixture.folder}/starts', 'x');
      ${writingTrainer(goodMeta())}
      await new Promise((go) => setTimeout(go, 1_000));`);
    const next = await fixture.service();
    const requestedBy = { id: 'U0ALICE', name: 'alice', surface: 'slack' } as const;
    const answer = await next.start({ horizon: '5m', requestedBy, locale: 'en' });
    if (answer.kind !== 'started') throw new Error(`expected a start, got ${answer.kind}`);
    const { trainingId } = answer.training;
    const bot = spawn(process.execPath, [program, fixture.folder, fixture.url, trainingId, killAt], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    expect(await once(bot, 'exit')).toEqual([null, 'SIGKILL']);
    expect((await next.live()).map((training) => training.trainingId)).toEqual([trainingId]);
    const training = await next.follow(trainingId, { onChange: () => {} });
    expect(training).toMatchObject({ state: 'finished', result: { check: { outcome: 'PASS' } } });
    expect(await readFile(join(fixture.folder, 'starts'), 'utf8')).toBe('x');
    const kinds = (await fixture.events()).map(({ kind }) => kind);
    expect(kinds).toEqual(['training.requested', 'training.started', 'training.ended']);
  },
);
