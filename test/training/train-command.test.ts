import { describe, expect, test } from '@jest/globals';
import { type TrainServices, train } from '../../commands/train.js';
import { PROBE_KINDS } from '../../src/checks/probe-kinds.js';
import type { Click, Conversation, Submission } from '../../src/conversation/subcommand.js';
import type { Outcome } from '../../src/domain/outcome.js';
import type { Modal, Report } from '../../src/domain/report.js';
import type { Training } from '../../src/domain/training.js';
import { parseRunbook } from '../../src/runbook/load-runbook.js';
import type { TrainingAnswer, TrainingRequest } from '../../src/training/start-training.js';
import { inWords } from '../support/in-words.js';
import { checkOf, RUNBOOK, trainingOf } from './train-values.js';

const ALICE = { id: 'U0ALICE', name: 'alice', surface: 'slack' } as const;
const ID = trainingOf().trainingId;

/** The use case as it answers here, and what was asked of it. */
async function stage(
  answer: TrainingAnswer,
  ended: Training = trainingOf(),
  surface: 'slack' | 'terminal' = 'slack',
  roles: readonly string[] = ['requester'],
) {
  const asked: {
    starts: TrainingRequest[];
    attached: unknown[];
    cancelled: unknown[];
    pages: unknown[];
    forbidden: string[];
  } = {
    starts: [],
    forbidden: [],
    attached: [],
    cancelled: [],
    pages: [],
  };
  const posted: Report[] = [];
  const whispered: Report[] = [];
  const channels: string[] = [];
  const ref = { channel: 'C1', ts: '1.1' };
  const live = { ref, update: () => {}, finish: async (last: Report) => void posted.push(last) };
  const services: TrainServices = {
    runbook: await parseRunbook('runbook.yaml', Buffer.from(RUNBOOK), PROBE_KINDS),
    targets: {
      targets: new Map([
        ['live', {}],
        ['dryrun', {}],
      ]),
    },
    access: {
      mayAct: async (role) =>
        roles.includes(role) ? { kind: 'allowed' } : { kind: 'refused', who: ['<@U0CAROL>'] },
    },
    now: () => new Date('2026-03-01T12:01:00Z'),
    postIn: async (channel) => {
      channels.push(channel);
      return live;
    },
    messages: {
      keep: async ({ subject }, ref) => void asked.attached.push([subject, ref]),
      changed: async () => {},
      areThere: async () => asked.attached.length > 0,
    },
    trainings: {
      start: async (request) => {
        asked.starts.push(request);
        return answer;
      },
      forbid: async ({ requestedBy }) => void asked.forbidden.push(requestedBy.id),
      get: async (id) => (id === ID ? ended : undefined),
      live: async () => [],
      cancel: async (id, person) => {
        asked.cancelled.push([id, person.id]);
        return asked.cancelled.length === 1;
      },
      follow: async (_id, { onChange }) => {
        onChange(ended);
        return ended;
      },
      log: async (_training, page) => {
        asked.pages.push(page);
        return { text: 'epoch 1/2', page: page ?? 2, pages: 3 };
      },
    },
  };
  const conversation: Conversation = {
    person: { ...ALICE, surface },
    locale: 'en',
    channel: 'C1',
    post: async (report) => {
      posted.push(report);
      return live;
    },
    whisper: async (report) => void whispered.push(report),
  };
  return { services, conversation, asked, posted, whispered, channels };
}

const STARTED: TrainingAnswer = { kind: 'started', training: trainingOf({ state: 'checking' }) };

describe('in Slack', () => {
  test('starts, posts the first state, and says where the message stands', async () => {
    const { services, conversation, asked, posted } = await stage(STARTED);
    const answer = await train.run(['5m', '--lookback-hours', '48'], conversation, services);
    expect(asked.starts).toEqual([
      { horizon: '5m', lookbackHours: 48, overrideReason: undefined, requestedBy: ALICE, locale: 'en' },
    ]);
    expect(posted[0]?.text).toContain('Training 5m');
    expect(asked.attached).toEqual([[`training:${ID}`, { channel: 'C1', ts: '1.1' }]]);
    expect(answer).toMatchObject({ exitCode: 0, json: { trainingId: ID, verdict: null } });
  });

  test('trains for the target that is named, and again for the same', async () => {
    const { services, conversation, asked } = await stage(STARTED);
    await train.run(['5m', 'dryrun'], conversation, services);
    expect(asked.starts).toMatchObject([{ horizon: '5m', target: 'dryrun' }]);
  });

  test('is not started by somebody who may only look', async () => {
    const { services, conversation, asked, posted } = await stage(STARTED, trainingOf(), 'slack', []);
    await expect(train.run(['5m'], conversation, services)).rejects.toMatchObject({ code: 'forbidden' });
    expect(asked.forbidden).toEqual(['U0ALICE']);
    const submission: Submission = {
      ...conversation,
      callbackId: 'train:despite',
      privateMetadata: JSON.stringify({ horizon: '5m', lookbackHours: 336, channel: 'C1' }),
      values: { reason: { text: 'because' } },
    };
    const answer = await train.submissions?.['train:despite']?.(submission, services);
    const after = answer !== undefined && answer.kind !== 'errors' ? answer.after?.() : undefined;
    await expect(after).rejects.toMatchObject({ code: 'forbidden' });
    expect([asked.starts, posted]).toEqual([[], []]);
  });

  test('one that goes on already is shown, with its Cancel', async () => {
    const busy: TrainingAnswer = { kind: 'busy', training: trainingOf() };
    const { services, conversation, posted, whispered } = await stage(busy);
    expect(await train.run(['5m'], conversation, services)).toMatchObject({ exitCode: 1 });
    expect(whispered[0]?.text).toContain('A training of 5m goes on already, started by <@U0ALICE>.');
    expect(JSON.stringify(whispered[0]?.blocks)).toContain('"train:cancel"');
    expect(posted).toEqual([]);
    const terminal = await stage(busy, trainingOf(), 'terminal');
    await expect(train.run(['5m'], terminal.conversation, terminal.services)).rejects.toMatchObject({
      code: 'busy',
    });
  });

  test.each(['post', 'keep'] as const)('ends where its message could not be made: %s', async (part) => {
    const { services, conversation, asked } = await stage(STARTED);
    const fails = () => Promise.reject(new Error('Slack is away'));
    const parts =
      part === 'post'
        ? { conversation: { ...conversation, post: fails }, services }
        : { conversation, services: { ...services, messages: { ...services.messages, keep: fails } } };
    await expect(train.run(['5m'], parts.conversation, parts.services)).rejects.toThrow('Slack is away');
    expect(asked.cancelled).toEqual([[ID, 'U0ALICE']]);
  });

  test.each<[TrainingAnswer, string]>([
    [{ kind: 'no_training' }, 'The runbook does not say how a model is trained'],
    [
      { kind: 'staging_not_writable', target: 'live', folder: '/s', code: 'EROFS' },
      'The staging folder of live cannot be written (`/s`, EROFS)',
    ],
    [{ kind: 'no_staging', target: 'live' }, 'The target live has no staging folder'],
    [{ kind: 'unknown_horizon', asked: '5m', known: ['15m'] }, 'There is no horizon `5m`; there are 15m.'],
    [{ kind: 'lookback_out_of_range', most: 500 }, 'a whole number from 1 to 500'],
  ])('what may not start is a sentence: %j', async (answer, sentence) => {
    const { services, conversation, posted } = await stage(answer);
    await expect(inWords(() => train.run(['5m'], conversation, services))).rejects.toMatchObject({
      code: answer.kind,
      sentence: { en: expect.stringContaining(sentence) },
    });
    expect(posted).toEqual([]);
  });
});

describe('in a terminal', () => {
  const judged = (outcome: Outcome) =>
    trainingOf({
      state: 'finished',
      result: { check: checkOf({ outcome }), sha256: 'a', size: 1, stagedAs: null },
    });
  const short = () => {
    const check = checkOf();
    const observed = check.observed.map((row) => ({ ...row, data_span_hours: 1 }));
    const result = { check: { ...check, observed }, sha256: 'a', size: 1, stagedAs: 'x.onnx' };
    return trainingOf({ state: 'finished', result });
  };
  const refused = (outcome: Outcome) => trainingOf({ state: 'refused', checks: [checkOf({ outcome })] });

  test.each<[string, Training, number, string | null]>([
    ['a fit model', judged('PASS'), 0, 'GO'],
    ['a model with a warning', judged('WARN'), 3, 'GO_WITH_WARNINGS'],
    ['a fit model of far less data than was asked for', short(), 3, 'GO_WITH_WARNINGS'],
    ['a model that the gate refuses', judged('FAIL'), 1, 'NO_GO'],
    ['a model that nobody could judge', judged('ERROR'), 2, 'HOLD'],
    ['stale data', refused('FAIL'), 1, 'NO_GO'],
    ['data that cannot be looked at', refused('ERROR'), 2, 'HOLD'],
    ['a trainer that failed', trainingOf({ state: 'failed', failure: { code: 'lost', facts: {} } }), 1, null],
    ['a cancelled one', trainingOf({ state: 'cancelled', cancelRequested: ALICE }), 1, null],
  ])('follows to the end: %s', async (_name, ended, exitCode, verdict) => {
    const { services, conversation, posted } = await stage(STARTED, ended, 'terminal');
    const answer = await train.run(['5m'], conversation, services);
    expect(answer).toMatchObject({ exitCode, json: { state: ended.state, verdict } });
    expect(posted).toHaveLength(2);
  });
});

describe('the buttons', () => {
  async function click(actionId: string, value: string, roles?: readonly string[]) {
    const staged = await stage(STARTED, trainingOf({ cancelRequested: ALICE }), 'slack', roles);
    const shown: Modal[] = [];
    const pressed: Click = {
      ...staged.conversation,
      reply: staged.conversation.post,
      actionId,
      value,
      message: undefined,
      openModal: async (_loading, build) => void shown.push(await build()),
      modal: { privateMetadata: '', values: {}, update: async (modal) => void shown.push(modal) },
    };
    const press = () => train.actions?.[actionId]?.(pressed, staged.services);
    return { ...staged, shown, press };
  }

  test('cancel: the second one is told that it was too late', async () => {
    const { press, asked, whispered } = await click('train:cancel', ID);
    await press();
    expect(asked.cancelled).toEqual([[ID, 'U0ALICE']]);
    // It has no message that could show it.
    expect(whispered).toMatchObject([{ text: expect.stringContaining('has cancelled it') }]);
    await expect(inWords(press)).rejects.toMatchObject({ code: 'too_late_to_cancel' });
  });

  const WISH = JSON.stringify({ horizon: '5m', lookbackHours: 336 });
  test.each([
    ['train:again', WISH],
    ['train:despite', WISH],
    ['train:cancel', ID],
  ])('%s is not for somebody who may only look', async (actionId, value) => {
    const { press, asked } = await click(actionId, value, ['viewer']);
    await expect(inWords(press)).rejects.toMatchObject({
      code: 'forbidden',
      sentence: { en: expect.stringContaining('Nothing was changed. These people can: <@U0CAROL>') },
    });
    expect([asked.starts, asked.cancelled]).toEqual([[], []]);
  });

  test('an operator may cancel, but not start', async () => {
    const cancel = await click('train:cancel', ID, ['operator']);
    await cancel.press();
    expect(cancel.asked.cancelled).toEqual([[ID, 'U0ALICE']]);
    const again = await click('train:again', WISH, ['operator']);
    await expect(again.press()).rejects.toMatchObject({ code: 'forbidden' });
  });

  test('the log opens at its end, and turns its pages in the same modal', async () => {
    const opened = await click('train:log', JSON.stringify({ trainingId: ID }));
    await opened.press();
    expect(JSON.stringify(opened.shown)).toContain('Page 3 of 3');
    const turned = await click('train:older', JSON.stringify({ trainingId: ID, page: 1 }));
    await turned.press();
    expect([opened.asked.pages, turned.asked.pages]).toEqual([[undefined], [1]]);
    expect(JSON.stringify(turned.shown)).toContain('Page 2 of 3');
  });

  test('the log of a training that nobody knows says so', async () => {
    const { press, shown } = await click('train:log', JSON.stringify({ trainingId: 'x' }));
    await press();
    expect(JSON.stringify(shown)).toContain('not known any more');
  });

  test('despite the checks: only with a reason, which starts it by name', async () => {
    const wish = JSON.stringify({ horizon: '5m', lookbackHours: 336 });
    const asked = { horizon: '5m', lookbackHours: 336, channel: 'C1' };
    const { press, shown } = await click('train:despite', wish);
    await press();
    expect(shown).toMatchObject([{ callbackId: 'train:despite', privateMetadata: JSON.stringify(asked) }]);
    const submit = async (text: string) => {
      const staged = await stage(STARTED);
      const submission: Submission = {
        ...staged.conversation,
        callbackId: 'train:despite',
        privateMetadata: JSON.stringify(asked),
        values: { reason: { text } },
      };
      const answer = await train.submissions?.['train:despite']?.(submission, staged.services);
      if (answer !== undefined && answer.kind !== 'errors') await answer.after?.();
      return { answer, starts: staged.asked.starts, channels: staged.channels };
    };
    expect(await submit('  ')).toEqual({
      answer: { kind: 'errors', errors: { reason: 'Say why, in a few words.' } },
      starts: [],
      channels: [],
    });
    expect(await submit('a try-out')).toMatchObject({
      answer: { kind: 'close' },
      starts: [{ horizon: '5m', lookbackHours: 336, overrideReason: 'a try-out', requestedBy: ALICE }],
      channels: ['C1'],
    });
  });
});
