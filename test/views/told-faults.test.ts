import { expect, test } from '@jest/globals';
import { conditionReason } from '../../src/domain/condition.js';
import type { Locale } from '../../src/domain/localized.js';
import type { refused } from '../../src/domain/release-refusal.js';
import { commandNamed, runChecked } from '../../src/hosts/command-runner.js';
import { HostError } from '../../src/hosts/host.js';
import { createLocalCommandRunner } from '../../src/hosts/local/local-command-runner.js';
import { hostProblem, refusedStart } from '../../src/release/engine/steps/problems.js';
import { unlessHostFails } from '../../src/release/plan-host.js';
import { hostFaultText } from '../../views/host-fault.js';
import { problemQuotes, problemSentence } from '../../views/release-problem.js';
import { refusalSentence } from '../../views/release-sentence.js';
import { textFor } from '../../views/text/index.js';
import { venueFaultText } from '../../views/venue.js';

const runner = createLocalCommandRunner({ host: 'live-1' });
async function restart(...script: string[]): Promise<HostError> {
  const error: unknown = await runChecked(runner, commandNamed('restart'), ['sh', '-c', ...script]).catch(
    (failed: unknown) => failed,
  );
  if (!(error instanceof HostError)) throw new Error('it has to fail');
  return error;
}

const ENGLISH = 'live-1: the command for restart ended with exit code 3 (no such unit).';
const CHINESE = 'live-1：命令 restart 失败，退出码 3（no such unit）。';

test('what a host did is told in each language, and its own words as they are', async () => {
  const error = await restart('echo no such unit >&2; exit 3');
  expect(hostFaultText(error.fault, 'en')).toBe(ENGLISH);
  expect(hostFaultText(error.fault, 'zh-CN')).toBe(CHINESE);
  expect(problemSentence(hostProblem(error), 'en')).toBe(ENGLISH);
  expect(problemSentence(hostProblem(error), 'zh-CN')).toBe(CHINESE);
  expect(problemQuotes(refusedStart(error, ['last line']), 'zh-CN')).toEqual([CHINESE, 'last line']);
  const answer = await unlessHostFails(() => Promise.reject(error));
  expect(answer).toMatchObject({ kind: 'refused' });
  const { refusal } = answer as ReturnType<typeof refused>;
  expect(refusalSentence(refusal, 'zh-CN')).toContain(CHINESE);
  expect(refusalSentence(refusal, 'zh-CN')).not.toMatch(/ended with|cannot be looked at/);
});

test('sudo that asks for a password is told with its way out', async () => {
  const error = await restart('echo sudo: a password is required >&2; exit 1');
  expect(error.code).toBe('permission_denied');
  expect(hostFaultText(error.fault, 'en')).toContain('give the account NOPASSWD');
  expect(hostFaultText(error.fault, 'zh-CN')).toContain('请为此命令授予该账户 NOPASSWD');
});

test('a secret among the words of a host is masked before it is kept', async () => {
  const error = await restart('echo DB_PASSWORD=hunter2 >&2; exit 1');
  expect(JSON.stringify([error.fault, error.message])).not.toContain('hunter2');
});

test('what an earlier version stored is told as it stands, and what a later one stored by its code', () => {
  const facts = { host: 'live-1', code: 'timeout', detail: 'live-1: it took too long.' };
  expect(problemSentence({ code: 'host_error', facts }, 'zh-CN')).toBe('live-1: it took too long.');
  expect(refusalSentence({ code: 'host_error', facts }, 'en')).toContain('it took too long.');
  expect(hostFaultText('live-1: it took too long.', 'en')).toBe('live-1: it took too long.');
  const later = { code: 'host_melted', facts: { host: 'live-1' } };
  expect(hostFaultText(later, 'en')).toBe('host_melted.');
  const attempt = { host: 'live-1', attempt: 'sing', subject: 'a song', timeoutMs: 5 };
  expect(hostFaultText({ code: 'host_late', facts: attempt }, 'en')).toBe(
    'live-1: a song took longer than 5 ms.',
  );
});

test('why a condition or a venue gave no answer is told in each language, the program’s own words as they are', () => {
  const reason = conditionReason({ code: 'kinds_differ', facts: { left: 'text', right: 'number' } });
  const told = (locale: Locale) => {
    const facts: Readonly<Record<string, unknown>> = reason.facts ?? {};
    return textFor(locale).report.reason.condition_error((name) => String(facts[name] ?? ''));
  };
  expect(told('en')).toBe('Its conditions could not be evaluated: a text is compared with a number.');
  expect(told('zh-CN')).toBe('无法计算其条件：比较的两个值类型不同：文本与数字。');
  const said = { code: 'venue_exit', facts: { exitCode: 3, words: 'no route' } };
  expect(venueFaultText({ code: 'refused', detail: said }, 'zh-CN')).toBe(
    '程序报告失败（退出码 3：no route）',
  );
  const silent = { code: 'host_silent', facts: { host: 'live-1' } };
  expect(venueFaultText({ code: 'not_answering', detail: silent }, 'zh-CN')).toContain('live-1 没有响应');
  expect(venueFaultText({ code: 'not_all', detail: '1' }, 'en')).toBe('a part was not cancelled (1)');
});
