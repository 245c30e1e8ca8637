import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Trainer } from '../../src/training/trainer.js';
import { here, job, setUp, tearDown, trainerBy, until, work } from './support/trainer-there.js';

beforeEach(setUp);
afterEach(tearDown);

const PYTHON = '/usr/bin/python3';
const withPython = existsSync(PYTHON) ? test : test.skip;

/** Prints as the operators' script does, and goes on only when it is told. */
const EPOCHS = `
import os, sys, time
print(f"epoch {1:>3}/25  train_loss=0.693147  test_acc@0.5=51.20%")
while not os.path.exists(sys.argv[1]): time.sleep(0.05)
print("Exported:")
`;

const onThisMachine = (): Trainer =>
  new Trainer({
    ...{ runner: here, trainingId: 'one', folder: join(work, 'one'), base: work },
    ...{ isHere: true, place: { host: 'local' }, now: () => new Date() },
  });

withPython.each([
  ['the bot’s machine', onThisMachine],
  ['a host behind ssh', () => trainerBy()],
])('an epoch of a Python trainer on %s shows while it trains', async (_name, trainer) => {
  const [script, go] = [join(work, 'train.py'), join(work, 'go')];
  await writeFile(script, EPOCHS);
  await trainer().start({ ...job(''), command: [PYTHON, script, go] });
  const log = await until(
    () => trainer().logTail([]),
    (text) => text.includes('epoch'),
  );
  expect(log).toContain('epoch   1/25');
  expect(log).not.toContain('Exported');
  expect(await trainer().look()).toMatchObject({ kind: 'running' });
  await writeFile(go, '');
  await until(
    () => trainer().look(),
    ({ kind }) => kind === 'ended',
  );
});

test('the runbook may say otherwise', async () => {
  await trainerBy().start({
    ...job('printf "buffered=%s\\n" "$PYTHONUNBUFFERED"'),
    environment: { PYTHONUNBUFFERED: '' },
  });
  const log = await until(
    () => trainerBy().logTail([]),
    (text) => text.includes('buffered'),
  );
  expect(log).toContain('buffered=\n');
});
