import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { PROBE_KINDS } from '../../src/checks/probe-kinds.js';
import { ConfigurationError } from '../../src/runbook/configuration-fault.js';
import { parseRunbook } from '../../src/runbook/load-runbook.js';
import { faultInWords } from '../support/in-words.js';

const file = 'runbooks/crypto_lob_ml/runbook.yaml';
const source = () => readFile(new URL(`../../${file}`, import.meta.url), 'utf8');

interface Editable {
  criteria: { id: string; kind: string; checks: string[] }[];
  charts: { id: string; sql: string; title: { en: string } }[];
  sections: { id: string; kind: string | string[]; checks: { id: string; mode?: string }[] }[];
}

/** The messages of the faults that an edit of the shipped runbook causes. */
async function faultsAfter(edit: (runbook: Editable) => void): Promise<readonly string[]> {
  const runbook: Editable = parse(await source());
  edit(runbook);
  try {
    await parseRunbook(file, Buffer.from(stringify(runbook)), PROBE_KINDS);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.faults.map((fault) => faultInWords(fault).message);
  }
}

test('the shipped runbook names every criterion of section 5', async () => {
  const { criteria } = await parseRunbook(file, Buffer.from(await source()), PROBE_KINDS);
  expect(criteria.map(({ kind, checks }) => [kind, ...checks])).toEqual([
    ['go', 'data.sync_records.lag'],
    ['go', 'exec.model_type', 'exec.signal_types'],
    ['go', 'exec.blend_weights'],
    ['go', 'risk.decisions', 'risk.correspondence', 'risk.blocked_share'],
    ['no_go', 'service.started'],
    ['no_go', 'exec.metadata_complete'],
    [
      'no_go',
      'source.current',
      'data.sync_records.behind',
      'data.sync_records.rows_5m',
      'data.sync_records.frozen',
    ],
  ]);
});

test('a criterion that could never stop anything is refused', async () => {
  const faults = await faultsAfter(({ criteria, sections }) => {
    criteria[0]?.checks.push('data.nowhere');
    criteria.push({ ...(criteria[1] ?? { id: '', kind: 'go', checks: [] }) });
    const weights = sections.find(({ id }) => id === '4.3')?.checks[0];
    if (weights) weights.mode = 'shadow';
    const started = sections.find(({ id }) => id === '3.3');
    if (started) started.kind = ['verify'];
  });
  expect(faults).toEqual([
    expect.stringContaining('there is no check `data.nowhere`'),
    expect.stringContaining('`exec.blend_weights` is in shadow mode and decides nothing'),
    expect.stringContaining('`service.started` stands in no section of kind `gonogo`'),
    expect.stringContaining('the id `model_type_onnx` stands twice'),
  ]);
});

test('a chart is held to the rules of a check: one statement that only reads', async () => {
  const faults = await faultsAfter(({ charts }) => {
    const [lag, activity] = charts;
    if (lag) lag.sql = 'DELETE FROM sync_records';
    if (activity) activity.sql = 'SELECT 1; SELECT 2';
  });
  expect(faults).toEqual([expect.stringContaining('charts.0.sql'), expect.stringContaining('charts.1.sql')]);
});

test('a title that Slack would refuse is refused at the start', async () => {
  expect(
    await faultsAfter(({ charts }) => {
      if (charts[0]) charts[0].title.en = 'x'.repeat(51);
    }),
  ).toEqual([expect.stringContaining('charts.0.title.en')]);
});
