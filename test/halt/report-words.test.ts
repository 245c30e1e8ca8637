import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { type Halt, type HostHalt, newHalt, newHostHalt } from '../../src/domain/halt.js';
import { haltReportView } from '../../views/rollback-report.js';
import { CAROL } from './support/halting.js';

const started = newHalt({
  haltId: randomUUID(),
  strategy: 'crypto_lob_ml',
  target: 'live',
  kind: 'disable',
  wanted: {},
  wantedOf: {},
  requestedBy: CAROL,
  requestedAt: '2026-01-01T00:00:00.000Z',
  reason: null,
  hosts: [newHostHalt('live-1')],
});
const ended = (state: 'verified' | 'not_verified', part: Partial<Halt> = {}): Halt => ({
  ...started,
  state,
  endedAt: '2026-01-01T00:02:00.000Z',
  ...part,
});
const host = (part: Partial<HostHalt>): Pick<Halt, 'hosts'> => ({
  hosts: [{ ...newHostHalt('live-1'), ...part }],
});
const asked: Partial<Halt> = {
  openEntries: { total: 0, rows: [] },
  verification: { runId: randomUUID(), verdict: 'NO_GO', stored: true },
};
const DEAD = host({
  disk: 'failed',
  fault: 'not_answering',
  stop: 'failed',
  stopBecause: 'not_on_disk',
  restart: 'failed',
});

describe.each(['en', 'zh-CN'] as const)('a report of a halt (%s)', (locale) => {
  const shown = (halt: Halt, more: { section4?: 'not_run' } = {}) => {
    const { text, blocks } = haltReportView(halt, { locale, commands: new Map(), ...more });
    return `${text}\n${blocks.map((block) => JSON.stringify(block)).join('\n')}`;
  };

  test('says nothing about what it has not asked yet', () => {
    const unasked = shown(ended('verified'));
    expect(unasked).not.toMatch(/unknown|未知|Section 4|第 4 节|without an exit|未平仓|没有平仓/);
    const unanswered = shown(ended('verified', { openEntriesFault: 'unreachable' }));
    expect(unanswered).toMatch(/unknown|未知/);
  });

  test('says of a host that does not answer neither that it failed to stop nor that it was stopped', () => {
    const dead = shown(ended('not_verified', DEAD));
    expect(dead).not.toMatch(/FAILED|stopped instead|已改为停止|停止失败|重启失败/);
  });

  test('says that it is tried again only while it is', () => {
    expect(shown({ ...started, ...DEAD })).toMatch(/tried again|正在重试/);
    expect(shown(ended('not_verified', DEAD))).not.toMatch(/tried again|正在重试/);
  });

  test('says that section 4 could not be run only where somebody tried', () => {
    const silent = { openEntries: { total: 0, rows: [] } };
    expect(shown(ended('verified', silent))).toMatch(/could not be run|未能运行第 4 节/);
    const terminal = shown(ended('verified', silent), { section4: 'not_run' });
    expect(terminal).not.toMatch(/could not be run|未能运行第 4 节/);
    expect(terminal).toContain('lobml verify live');
  });

  test('says that there is no activity to judge only of a strategy that was seen halted', () => {
    expect(shown(ended('verified', asked))).toMatch(/no activity to judge|没有可判断的活动/);
    expect(shown(ended('not_verified', asked))).not.toMatch(/no activity to judge|没有可判断的活动/);
  });

  test('says of a host that is off although its file could not be written, why it could not', () => {
    const stopped = host({
      disk: 'failed',
      faultDetail: 'EBUSY',
      stop: 'done',
      stopBecause: 'not_on_disk',
      process: 'stopped',
    });
    expect(shown(ended('verified', stopped))).toMatch(/EBUSY[\s\S]*(still ON on disk|磁盘上的开关仍为开启)/);
  });
});
