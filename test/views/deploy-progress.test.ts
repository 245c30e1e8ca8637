import { describe, expect, test } from '@jest/globals';
import { messageFaults } from '../../sandbox/slack/block-kit/surfaces.js';
import { LOCALES } from '../../src/domain/localized.js';
import type { ReleasePlan } from '../../src/domain/release-plan.js';
import { RELEASE_PROBLEMS } from '../../src/domain/release-problem.js';
import type { ReleaseRecord, StepRecord } from '../../src/domain/release-record.js';
import { RELEASE_STATES } from '../../src/domain/release-state.js';
import { stepsOfRelease } from '../../src/domain/release-steps.js';
import { deployIncidentView } from '../../views/deploy-incident.js';
import { deployProgressView } from '../../views/deploy-progress.js';
import { confirmationModal } from '../../views/release-confirmation.js';
import { terminalText } from '../../views/terminal.js';

const AT = '2026-03-01T12:00:00.000Z';
const ALICE = { id: 'U0ALICE', name: 'alice', surface: 'slack' } as const;
const artefact = { name: 'a.onnx', sha256: 'ab'.repeat(32), size: 10 };

const plan: ReleasePlan = {
  strategy: 'crypto_lob_ml',
  target: 'live',
  reason: 'better',
  model: artefact,
  binary: undefined,
  hosts: ['live-1', 'live-2'].map((host) => ({
    host,
    modelPath: '/m/a.onnx',
    binaryPath: undefined,
    presentModelSha256: '',
    presentBinarySha256: '',
    layers: [],
    writtenFile: '/e/live.env',
    changes: [],
    drift: [],
    undeclared: undefined,
    sinceConfirmed: undefined,
    withoutDeadMan: 'not_configured',
  })),
  runbookSha256: '',
  policySha256: '',
};

/** The first `done` steps are done, the next one is as told. */
function releaseWith(
  done: number,
  next: Partial<StepRecord>,
  changes: Partial<ReleaseRecord> = {},
): ReleaseRecord {
  const steps = stepsOfRelease(plan, [5, 15, 30]).map(
    (step): StepRecord => ({
      ...step,
      state: 'pending',
      attempts: 0,
      before: null,
      after: null,
      problem: null,
      answered: null,
      startedAt: null,
      finishedAt: null,
      ...(step.position < done
        ? { state: 'done', attempts: 1, startedAt: AT, finishedAt: AT, after: evidenceOf(step.kind) }
        : {}),
      ...(step.position === done ? { attempts: 1, startedAt: AT, ...next } : {}),
    }),
  );
  return {
    releaseId: '11111111-1111-4111-8111-111111111111',
    requestId: '22222222-2222-4222-8222-222222222222',
    strategy: 'crypto_lob_ml',
    target: 'live',
    kind: 'ordinary',
    requestedBy: ALICE,
    state: 'running',
    plan,
    epoch: 1,
    cancelRequested: null,
    confirmation: null,
    givenUp: [],
    problem: null,
    startedAt: AT,
    confirmBy: '2026-03-01T12:45:00.000Z',
    endedAt: null,
    steps,
    ...changes,
  };
}

function evidenceOf(kind: StepRecord['kind']): StepRecord['after'] {
  if (kind === 'prove_start') return { pid: 42, loadedLine: 'loaded lob-ml onnx model model_path=/m/a.onnx' };
  if (kind === 'checkpoint' || kind === 'precheck') return { verdict: 'GO', runId: 'r' };
  return kind === 'stage_model' ? { path: '/m/a.onnx', sha256: artefact.sha256 } : {};
}

const running = releaseWith(5, { state: 'running' });
const failed = releaseWith(
  6,
  { state: 'failed' },
  {
    problem: {
      code: 'failed_fast',
      facts: { host: 'live-1', reason: 'exited', exitStatus: 1, missing: ['stable'], variables: [] },
      quotes: ['ERROR cannot read MODEL_PATH <x>'],
    },
  },
);

describe.each(LOCALES)('a release under way (%s)', (locale) => {
  test('says first where it stands, then host by host', () => {
    expect(terminalText(deployProgressView(running, locale))).toMatchSnapshot();
    expect(terminalText(deployProgressView(failed, locale))).toMatchSnapshot();
  });

  test('keeps to Slack’s rules in every state and with every problem', () => {
    for (const state of RELEASE_STATES) {
      for (const code of RELEASE_PROBLEMS) {
        const facts = { host: 'live-1', since: AT, confirmBy: AT, changes: ['model'], checks: ['a FAIL'] };
        const release = releaseWith(4, { state: 'unclear' }, { state, problem: { code, facts } });
        for (const report of [deployProgressView(release, locale), deployIncidentView(release, locale)]) {
          expect(messageFaults(report.blocks)).toEqual([]);
          expect(JSON.stringify(report)).not.toContain('undefined');
        }
      }
    }
  });
});

test('who waits for the next checks reads when they come; once they have run, nothing is announced', () => {
  const shown = (release: ReleaseRecord) => JSON.stringify(deployProgressView(release, 'en').blocks);
  const canary = releaseWith(7, { attempts: 0, startedAt: null });
  const due = Date.parse(AT) / 1000 + 5 * 60;
  expect(shown(canary)).toContain(
    `Next: live-1 checks after 5 min · <!date^${due}^{time_secs}|12:05:00 UTC>`,
  );
  const target = releaseWith(13, { attempts: 0, startedAt: null }, { state: 'watching' });
  expect(shown(target)).toContain(`Next: checks after 15 min · <!date^${due + 600}^`);
  expect(shown(releaseWith(7, { state: 'running' }))).not.toContain('Next:');
  expect(shown(releaseWith(7, { attempts: 1 }))).not.toContain('Next:');
});

test('a long line of the log says that it was cut', () => {
  const after = { pid: 42, loadedLine: `loaded ${'x'.repeat(300)}` };
  const release = releaseWith(6, { state: 'done', finishedAt: AT, after });
  expect(JSON.stringify(deployProgressView(release, 'en').blocks)).toMatch(/loaded x{100,}…`/);
});

test('an unclear step asks for an answer; whoever asked to cancel is named', () => {
  const unclear = releaseWith(4, { state: 'unclear' }, { state: 'needs_person' });
  const shown = JSON.stringify(deployProgressView(unclear, 'en').blocks);
  for (const action of ['step_was_not_done', 'looked', 'give_up', 'host_log'])
    expect(shown).toContain(`"deploy:${action}"`);
  expect(shown).toContain(`"${unclear.releaseId} 4"`);
  const cancelled = releaseWith(4, {}, { cancelRequested: { by: ALICE, reason: 'no', at: AT } });
  const blocks = JSON.stringify(deployProgressView(cancelled, 'en').blocks);
  expect(blocks).toContain('<@U0ALICE> asked to cancel');
  expect(blocks).not.toContain('deploy:cancel');
});

test('an unconfirmed release is turned off only when every host is; a host that is not is named as work for a person', () => {
  const [base] = running.steps;
  if (base === undefined) throw new Error('There is no step.');
  const disable = (host: string, more: Partial<StepRecord>): StepRecord => {
    return { ...base, kind: 'disable', host, after: null, ...more };
  };
  const problem = { code: 'not_off', facts: { host: 'live-2' } } as const;
  const off = disable('live-1', { after: { stopped: false, pid: 77 } });
  const shown = (second: StepRecord, endedAt: string | null) => {
    const steps = [off, second];
    return JSON.stringify(deployIncidentView({ ...running, state: 'disabled', endedAt, steps }, 'en'));
  };
  const waiting = shown(disable('live-2', { state: 'running' }), null);
  expect(waiting).toContain('🚨 Turning off… · crypto_lob_ml');
  expect(waiting).not.toContain('Turned off');
  expect(waiting).toContain('*live-1*: ✓ off, proved · process 77');
  expect(waiting).toContain('*live-2*: ◐ not off yet');
  const stuck = shown(disable('live-2', { state: 'running', problem }), null);
  expect(stuck).toContain('*live-2*: ✗ *NOT OFF: do this by hand* · live-2: the service was told to stop');
  const over = shown(disable('live-2', { after: { stopped: true } }), AT);
  expect(over).toContain('🚨 Turned off');
  expect(over).toContain('*live-2*: ✓ stopped');
});

test('a step that is tried again says why; nobody cancels a put-back', () => {
  const problem = {
    code: 'host_error',
    facts: { host: 'live-1', detail: 'live-1 does not answer.' },
  } as const;
  const release = releaseWith(4, { state: 'running', kind: 'revert', problem });
  const shown = JSON.stringify(deployProgressView(release, 'en').blocks);
  expect(shown).toContain('✗ live-1 does not answer.');
  expect(shown).not.toContain('deploy:cancel');
});

test('a host that was given up says by which timer of its own it turns itself off, if it still runs', () => {
  const arm = (host: string, after: StepRecord['after']): StepRecord => {
    const [base] = running.steps;
    if (base === undefined) throw new Error('There is no step.');
    return { ...base, kind: 'arm_dead_man', host, state: 'done', after };
  };
  const givenUp = ['live-1', 'live-2'].map((host) => ({ host, by: ALICE, at: AT, reason: 'burnt down' }));
  const steps = [arm('live-1', { disarmed: true }), arm('live-2', {}), ...running.steps];
  const { blocks } = deployProgressView({ ...running, givenUp, steps }, 'en');
  expect(messageFaults(blocks)).toEqual([]);
  expect(JSON.stringify(blocks)).toMatch(/turns the strategy off itself at .* has armed there: live-2\./);
  expect(JSON.stringify(deployProgressView({ ...running, givenUp }, 'en').blocks)).not.toContain(
    'off itself',
  );
});

test('what waits for its deadline says when, and an ended release has no button that acts on it', () => {
  const problem = { code: 'hosts_differ', facts: { differences: ['live-2: model a ≠ b'] } } as const;
  const watching = deployProgressView(
    releaseWith(13, { state: 'failed' }, { state: 'watching', problem }),
    'en',
  );
  expect(watching.text).toContain('live-2: model a ≠ b');
  expect(JSON.stringify(watching.blocks)).toContain('It cannot be confirmed');
  const over = deployProgressView(releaseWith(14, {}, { state: 'confirmed', endedAt: AT }), 'en');
  expect(JSON.stringify(over.blocks)).not.toMatch(/deploy:(cancel|step)/);
});

/** The last checks of a release, in a quiet market. */
function quiet(changes: Partial<ReleaseRecord> = {}, next: Partial<StepRecord> = {}): ReleaseRecord {
  const says = [
    { en: '0 entries in 30 min; at least 1 is needed.', 'zh-CN': '30 分钟内入场 0，至少需要 1 笔。' },
  ];
  const title = { en: 'Activity', 'zh-CN': '活动' };
  const reason = { code: 'neither_holds', facts: {} };
  const lacking = [{ id: 'exec.activity', section: '4.1', title, outcome: 'INCONCLUSIVE', reason, says }];
  const after = { verdict: 'HOLD', runId: 'r', lacking };
  return releaseWith(14, { state: 'pending', after, ...next }, { state: 'watching', ...changes });
}

describe('a release that lacks only data at its end', () => {
  const given = { by: ALICE, reason: 'a *holiday*', at: AT, refused: undefined };
  const shown = (release: ReleaseRecord, locale: 'en' | 'zh-CN' = 'en') => {
    const { blocks } = deployProgressView(release, locale);
    expect(messageFaults(blocks)).toEqual([]);
    return JSON.stringify(blocks);
  };

  test.each(LOCALES)(
    'says which checks, how many are needed and until when, and offers to confirm it (%s)',
    (locale) => {
      expect(terminalText(deployProgressView(quiet(), locale))).toMatchSnapshot();
      expect(shown(quiet(), locale)).toContain('"deploy:confirm"');
    },
  );

  test('offers it at no other time', () => {
    expect(shown(quiet({ cancelRequested: { by: ALICE, reason: 'no', at: AT } }))).not.toContain(
      'deploy:confirm"',
    );
    expect(shown(quiet({ state: 'running' }))).not.toContain('deploy:confirm"');
    expect(
      shown(releaseWith(13, { after: quiet().steps[14]?.after ?? null }, { state: 'watching' })),
    ).not.toContain('deploy:confirm"');
    expect(shown(quiet({}, { after: { verdict: 'HOLD', runId: 'r', lacking: [] } }))).not.toContain(
      'deploy:confirm"',
    );
  });

  test('names who confirms it while its checks run once more, in their own words and nothing else', () => {
    const text = shown(quiet({ confirmation: given }));
    expect(text).toContain('<@U0ALICE> confirms it without this data');
    expect(text).not.toContain('deploy:confirm"');
  });

  test('says why a word did not hold, and asks again', () => {
    const refused = { code: 'more_than_data_missing', facts: { checks: 'exec.activity ERROR' } } as const;
    const text = shown(quiet({ confirmation: { ...given, refused } }));
    expect(text).toContain('The confirmation by <@U0ALICE> does not hold');
    expect(text).toContain('more than data was missing: exec.activity ERROR');
    expect(text).toContain('"deploy:confirm"');
  });

  test('says afterwards who, when and why', () => {
    const confirmedBy = { by: { ...ALICE }, reason: given.reason, at: AT };
    const after = { ...quiet().steps[14]?.after, confirmedBy };
    const text = shown(
      quiet({ state: 'confirmed', endedAt: AT, confirmation: given }, { state: 'done', after }),
    );
    expect(text).toMatch(/Confirmed by <@U0ALICE> · <!date.* without enough data for 4.1 Activity/);
  });

  test('the form shows the same, and asks for the reason', () => {
    const modal = confirmationModal(quiet(), 'en');
    expect(JSON.stringify(modal.blocks)).toContain('at least 1 is needed');
  });
});

test('a put-back says of each host whether the strategy is on now, and with which model', () => {
  const base = releaseWith(6, { state: 'failed' }, { state: 'reverted', endedAt: AT });
  const reverted = (after: StepRecord['after']): string => {
    const [step] = base.steps;
    if (step === undefined) throw new Error('no step');
    const revert: StepRecord = {
      ...step,
      kind: 'revert',
      host: 'live-1',
      position: 99,
      state: 'done',
      after,
    };
    const release = { ...base, steps: [...base.steps, revert] };
    expect(messageFaults(deployProgressView(release, 'en').blocks)).toEqual([]);
    for (const view of [deployProgressView, deployIncidentView])
      expect(terminalText(view(release, 'zh-CN'))).toMatch(/live-1 {2}(策略|从未|无法)/);
    return terminalText(deployIncidentView(release, 'en'));
  };
  expect(reverted({ restarted: true, pid: 1, on: true, model: 'a.onnx' })).toContain(
    'live-1  strategy ON again, with model `a.onnx`',
  );
  expect(reverted({ restarted: true, pid: 1, on: false, model: 'a.onnx' })).toContain('live-1  strategy OFF');
  expect(reverted({ restarted: false, leftStopped: true })).toContain('the service is stopped, as it was');
  expect(reverted({ restarted: false })).toContain('what ran before the release runs on');
  expect(reverted({ restarted: true, pid: 1 })).toContain('nobody could read whether the strategy is on');
});

test('what is being turned off says nothing of a time until which it could be confirmed', () => {
  const shown = (changes: Partial<ReleaseRecord>) =>
    terminalText(deployProgressView(releaseWith(17, {}, changes), 'en'));
  const until = 'unless confirmed by';
  expect(shown({ state: 'watching' })).toContain(until);
  expect(shown({ state: 'disabled' })).not.toContain(until);
  expect(shown({ state: 'halted' })).not.toContain(until);
  expect(shown({ state: 'disabled', endedAt: AT })).toContain('ended 12:00:00');
});

test('a release that failed in its watch is not called watched, nor one that is put back from it', () => {
  const problem = { code: 'hosts_differ', facts: { differences: ['live-2: ENABLED false ≠ true'] } } as const;
  const waiting = releaseWith(17, { state: 'failed', problem }, { state: 'watching', problem });
  const [step] = waiting.steps;
  if (step === undefined) throw new Error('no step');
  const revert: StepRecord = { ...step, kind: 'revert', host: 'live-1', position: 99, state: 'pending' };
  const cancelled = { code: 'cancelled_by_person', facts: { by: 'carol', reason: 'later' } } as const;
  const back = { ...waiting, problem: cancelled, steps: [...waiting.steps, revert] };
  for (const [release, title] of [
    [releaseWith(17, {}, { state: 'watching' }), '👀 Deployed, watching'],
    [waiting, '⛔ Failed, turns itself off'],
    [back, '⏳ Putting back…'],
  ] as const) {
    const { text, blocks } = deployProgressView(release, 'en');
    expect(text).toContain(title);
    expect(JSON.stringify(blocks[0])).toContain(`${title} · crypto_lob_ml · live`);
    expect(JSON.stringify(blocks).includes('It cannot be confirmed')).toBe(release === waiting);
  }
});
