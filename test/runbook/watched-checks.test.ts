import { expect, test } from '@jest/globals';
import { PROBE_KINDS } from '../../src/checks/probe-kinds.js';
import { loadRunbook } from '../../src/runbook/load-runbook.js';
import { parseTargets } from '../../src/runbook/targets.js';
import { watchedCheckFaults } from '../../src/runbook/watched-checks.js';
import { faultInWords, sentenceOf } from '../support/in-words.js';

const RUNBOOK = 'runbooks/crypto_lob_ml/runbook.yaml';
const fileWith = (
  watch: string,
  channels = 'channels: { reports: C0R, incidents: C0I }',
) => `defaultTarget: live
roles: { operators: [U1] }
targets:
  live:
    service: { manager: systemd, unit: ploy.service }
    environmentFiles: [/opt/ploy/env/live.env]
    approval: { quorum: 1 }
    hosts: [{ name: live-1 }]
    ${channels}
    watch: ${watch}
`;
const parse = (watch: string, channels?: string) =>
  parseTargets('t.yaml', Buffer.from(fileWith(watch, channels)));

function faultsOf(watch: string, channels?: string): readonly string[] {
  try {
    parse(watch, channels);
    return [];
  } catch (error) {
    return sentenceOf(error)?.en.split('\n') ?? [];
  }
}

test('a target is watched where its file says how often, and its releases as before', () => {
  const { standingWatch, watch } =
    parse('{ everySecs: 60, halt: [exec.weights], lookSecs: 30 }').targets.get('live') ?? {};
  expect(standingWatch).toMatchObject({
    everySecs: 60,
    runs: ['gonogo'],
    after: { tell: 2, call: 2, halt: 3, well: 3 },
    halt: ['exec.weights'],
    perDay: 1,
    quiet: [],
    escalateMinutes: 5,
  });
  expect(watch).toEqual({
    checkpointMinutes: [5, 15, 30],
    lookSecs: 30,
    confirmMinutes: 45,
    haltObservationSecs: 120,
  });
  expect(parse('{ lookSecs: 30 }').targets.get('live')?.standingWatch).toBeUndefined();
});

test.each([
  ['{ everySecs: 29 }', /watch\.everySecs/],
  ['{ everySecs: 3601 }', /watch\.everySecs/],
  ['{ everySecs: 60, after: { call: 0 } }', /watch\.after\.call/],
  ['{ everySecs: 60, after: { call: 11 } }', /watch\.after\.call/],
  ['{ everySecs: 60, runs: [train] }', /watch\.runs/],
  ['{ everySecs: 60, perDay: 4 }', /watch\.perDay/],
  ['{ everySecs: 60, heartbeatUrl: "http://example.net/x" }', /https:\/\//],
  ['{ halt: [exec.weights] }', /everySecs/],
  ['{ heartbeatUrl: "https://example.net/x" }', /everySecs/],
])('%s is refused with its line', (watch, told) => {
  const faults = faultsOf(watch);
  expect(faults).toHaveLength(1);
  expect(faults[0]).toMatch(told);
  expect(faults[0]).toMatch(/:10/);
});

test('a watch without channels could tell nobody', () => {
  expect(faultsOf('{ everySecs: 60 }', 'models: /m').join()).toMatch(/channels/);
});

test('each check that a watch names is one of its runs, and one that decides', async () => {
  const runbook = await loadRunbook(RUNBOOK, PROBE_KINDS);
  const [first] = runbook.sections.filter(
    ({ kinds }) => kinds.includes('precheck') && !kinds.includes('verify'),
  );
  const ofPrecheck = first?.checks[0]?.id ?? '';
  const faults = (watch: string) =>
    watchedCheckFaults(runbook, parse(watch)).map((fault) => `${fault.line} ${faultInWords(fault).message}`);
  expect(faults(`{ everySecs: 60, halt: [${ofPrecheck}] }`)).toEqual([]);
  expect(faults('{ everySecs: 60, halt: [exec.nope] }')).toEqual([
    expect.stringMatching(/^10 targets\.live\.watch\.halt\.0.*no check `exec\.nope`/),
  ]);
  expect(faults(`{ everySecs: 60, runs: [verify], halt: [${ofPrecheck}] }`)[0]).toMatch(/never halt/);
  expect(faults(`{ everySecs: 60, runs: [verify], checks: [${ofPrecheck}] }`)[0]).toMatch(/checks\.0/);
  const other =
    runbook.sections.flatMap(({ checks }) => checks).find(({ id }) => id !== ofPrecheck)?.id ?? '';
  expect(faults(`{ everySecs: 60, checks: [${other}], halt: [${ofPrecheck}] }`)[0]).toMatch(/halt\.0/);
});
