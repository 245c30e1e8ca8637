import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { encodeLogisticModel } from '../model.js';
import { FEATURES, type ModelMeta } from '../model-meta.js';
import { readSamples, type Sample, splitSamples } from './dataset.js';
import { fitLogistic, predict } from './logistic-regression.js';
import { measure } from './metrics.js';

// The sandbox's trainer: a logistic regression on the feed and the settlements that are there, with the arguments of
// the operators' own script. It pauses between epochs, so that its progress can be watched.

const EPOCHS = 60;
const LEAST_MARKETS = 8;

const { values } = parseArgs({
  options: {
    source: { type: 'string', default: 'sync_records' },
    horizon: { type: 'string', default: '5m' },
    'lookback-hours': { type: 'string', default: '336' },
    output: { type: 'string' },
    meta: { type: 'string' },
    version: { type: 'string', default: 'sandbox' },
    seconds: { type: 'string', default: '12' },
  },
});

const say = (line: string): void => {
  process.stdout.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
};

async function train(horizon: ModelMeta['horizon'], databaseUrl: string): Promise<void> {
  const { output, meta } = values;
  if (output === undefined || meta === undefined) throw new Error('--output and --meta are needed');
  say(`loading ${values.source} for ${horizon}, look-back ${values['lookback-hours']} h`);
  const samples = await load(horizon, databaseUrl);
  const { training, heldOut } = splitSamples(samples);
  const markets = new Set(samples.map(({ market }) => market)).size;
  say(`${samples.length} rows of ${markets} markets, ${heldOut.length} rows held out`);
  if (markets < LEAST_MARKETS) throw new Error(`only ${markets} settled markets: nothing can be learned`);

  const pauseMs = (Number(values.seconds) * 1000) / EPOCHS;
  let model = { weights: FEATURES.map(() => 0), bias: 0 };
  for (const epoch of fitLogistic(training, { epochs: EPOCHS })) {
    model = { weights: [...epoch.model.weights], bias: epoch.model.bias };
    const held = measure(predictionsOf(model, heldOut));
    say(
      `epoch ${epoch.step}/${epoch.of} loss=${epoch.loss.toFixed(4)} val_loss=${held.log_loss.toFixed(4)} acc=${held['acc_at_0.5'].toFixed(3)}`,
    );
    await sleep(pauseMs);
  }
  await writeFile(output, encodeLogisticModel(model));
  await writeFile(meta, `${JSON.stringify(metaOf(horizon, model, samples, heldOut), null, 2)}\n`);
  say(`wrote ${output}`);
}

async function load(horizon: string, databaseUrl: string): Promise<readonly Sample[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return await readSamples(client, { horizon, lookbackHours: Number(values['lookback-hours']) });
  } finally {
    await client.end();
  }
}

const predictionsOf = (model: Parameters<typeof predict>[0], samples: readonly Sample[]) =>
  samples.map(({ inputs, wentUp }) => ({ probability: predict(model, inputs), wentUp }));

function metaOf(
  horizon: ModelMeta['horizon'],
  model: Parameters<typeof predict>[0],
  samples: readonly Sample[],
  heldOut: readonly Sample[],
): ModelMeta {
  const moment = (sample: Sample | undefined) => (sample?.at ?? new Date()).toISOString();
  return {
    version: values.version,
    horizon,
    input_dim: FEATURES.length,
    features: [...FEATURES],
    metrics: measure(predictionsOf(model, heldOut)),
    rows: samples.length,
    trained_from: moment(samples[0]),
    trained_to: moment(samples.at(-1)),
    trained_at: new Date().toISOString(),
  };
}

await train(values.horizon === '15m' ? '15m' : '5m', process.env['DATABASE_URL'] ?? '');
