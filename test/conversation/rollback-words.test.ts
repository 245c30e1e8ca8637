import { expect, test } from '@jest/globals';
import { KILL_SWITCH_NAMES } from '../../commands/rollback-synonyms.js';
import {
  asksToHalt,
  parseRollbackWords,
  targetsToShow,
  targetToHalt,
} from '../../commands/rollback-words.js';
import { heardSubcommand } from '../../src/conversation/subcommand-lookup.js';
import { wordsOfAnyLine } from '../../src/conversation/words.js';
import { targetNamed } from '../../src/domain/target-named.js';
import type { Target, Targets } from '../../src/runbook/targets.js';

const parse = (...words: string[]) => {
  const { isAll: _isAll, ...asked } = parseRollbackWords(words);
  return asked;
};

test.each([
  ['--all --disable', true],
  ['—ALL stop', true],
  ['--disable all', true],
  ['stop EVERYTHING', true],
  ['disable all targets now', true],
  ['--disable --everything', true],
  ['停止 全部', true],
  ['live --disable', false],
  ['live --disable, everything is wrong', false],
  ['live --disable all of it is wrong', false],
  ['--disable --reason "all is lost"', false],
])('%s: every target at once: %s', (line, isAll) => {
  const asked = parseRollbackWords(wordsOfAnyLine(line), (word) => word === 'live');
  expect(asked.isAll).toBe(isAll);
});

test('the words of a kill switch count wherever they stand', () => {
  expect(parse('live', '--stop')).toEqual({ rest: ['live'], kind: 'stop', reason: undefined });
  expect(parse('--stop', 'live', '--stop')).toEqual({ rest: ['live'], kind: 'stop', reason: undefined });
  expect(parse('--', '--disable')).toEqual({ rest: ['--'], kind: 'disable', reason: undefined });
  expect(parse('--reason', ' a loss ', '--previous-model', '--reason=again')).toEqual({
    rest: [],
    kind: 'previous_model',
    reason: 'again',
  });
  expect(parse('--reason', '--stop', 'live')).toEqual({ rest: ['live'], kind: undefined, reason: '--stop' });
});

test.each([
  '--stop-entries',
  '—stop-entries',
  '--Stop_Entries',
  '--stop-entires',
  '--stopentries',
  'stop entries',
  'stop new entries',
  'stop all entries',
  '--stop-entry',
  'close-only',
  '停止入场',
  '--stop entries',
  'stop-entries',
])('%s ends the entries alone', (words) => {
  const asked = parseRollbackWords(['live', ...words.split(' ')], (word) => word === 'live');
  expect(asked).toMatchObject({ rest: ['live'], kind: 'stop_entries', reason: undefined });
});

test('a target that is called entries is stopped; in a reason words are words', () => {
  const asked = parseRollbackWords(['stop', 'entries'], (word) => word === 'entries');
  expect(asked).toMatchObject({ rest: ['entries'], kind: 'stop' });
  expect(parse('live', '--disable', '--reason', 'stop', 'entries')).toMatchObject({ kind: 'disable' });
  expect(() => parse('--disable', '--stop-entries')).toThrow(
    expect.objectContaining({ code: 'rollback_several_acts' }),
  );
});

test('other words stay for who looks for a target', () => {
  expect(parse('-x', '--hold', 'constructor')).toEqual({
    rest: ['-x', '--hold', 'constructor'],
    kind: undefined,
    reason: undefined,
  });
});

test.each([
  [['--reason'], 'rollback_reason_missing'],
  [['--reason='], 'rollback_reason_missing'],
  [['live', '--reason', ' '], 'rollback_reason_missing'],
  [['--stop', '--disable'], 'rollback_several_acts'],
])('%j is refused', (words, code) => {
  expect(() => parse(...words)).toThrow(expect.objectContaining({ code }));
});

const targets = {
  targets: new Map(['live', 'dryrun', 'desk-1', 'desk-2'].map((name) => [name, { name } as Target])),
  everyName: ['live', 'dryrun', 'desk-1', 'desk-2'],
  defaultTarget: 'live',
} as unknown as Targets;

/** What a line after the subcommand's name comes to. */
function heard(line: string) {
  const asked = parseRollbackWords(
    wordsOfAnyLine(line),
    (word) => targetNamed(targets.targets, word) !== undefined,
  );
  const { target, reason } = targetToHalt(asked, targets, '[target]');
  return [target.name, asked.kind, reason];
}

test.each([
  ['dryrun —disable', ['dryrun', 'disable', undefined]],
  ['dryrun –stop', ['dryrun', 'stop', undefined]],
  ['dryrun −−disable', ['dryrun', 'disable', undefined]],
  ['dryrun -disable', ['dryrun', 'disable', undefined]],
  ['dryrun disable', ['dryrun', 'disable', undefined]],
  ['Disable DRYRUN', ['dryrun', 'disable', undefined]],
  ['--Disable dryrun', ['dryrun', 'disable', undefined]],
  ['dryrun --DISABLE', ['dryrun', 'disable', undefined]],
  ['dryrun --disabel', ['dryrun', 'disable', undefined]],
  ['dryrun --stpo', ['dryrun', 'stop', undefined]],
  ['dryrun --stop=now', ['dryrun', 'stop', undefined]],
  ['dryrun STOP!', ['dryrun', 'stop', undefined]],
  ['dryrn --disable', ['dryrun', 'disable', undefined]],
  ['--disable', ['live', 'disable', undefined]],
  ['<@U0BOT> dryrun --disable', ['dryrun', 'disable', undefined]],
  ['@lobml dryrun --disable', ['dryrun', 'disable', undefined]],
  ['dryrun rollback --disable', ['dryrun', 'disable', undefined]],
  ['dryrun --disable --reason "block storm', ['dryrun', 'disable', 'block storm']],
  ['dryrun --disable “block storm', ['dryrun', 'disable', 'block storm']],
  ['dryrun --disable --reason block storm, do not stop', ['dryrun', 'disable', 'block storm, do not stop']],
  ['--reason "a loss" dryrun —disable', ['dryrun', 'disable', 'a loss']],
  ['--disable --reason losses dryrun', ['dryrun', 'disable', 'losses']],
  ['dryrun --disable --reason', ['dryrun', 'disable', undefined]],
  ['dryrun --disable --reason ""', ['dryrun', 'disable', undefined]],
  ['dryrun disable because it loses', ['dryrun', 'disable', 'because it loses']],
  ['dryrun halt', ['dryrun', 'disable', undefined]],
  ['kill dryrun', ['dryrun', 'disable', undefined]],
  ['turn off dryrun', ['dryrun', 'disable', 'turn']],
  ['dryrun --kill', ['dryrun', 'disable', undefined]],
  ['dryrun stop and kill it', ['dryrun', 'stop', 'and it']],
  ['dryrun 停止服务', ['dryrun', 'stop', undefined]],
  ['关闭 dryrun', ['dryrun', 'disable', undefined]],
  ['ｄｒｙｒｕｎ －－ｄｉｓａｂｌｅ', ['dryrun', 'disable', undefined]],
  ['*dryrun* `--disable`', ['dryrun', 'disable', undefined]],
  ['dryrun --disable --yes -f', ['dryrun', 'disable', undefined]],
  ['--target dryrun --disable', ['dryrun', 'disable', undefined]],
  ['--disable --target=dryrun', ['dryrun', 'disable', undefined]],
  ['dryrun —previous-model', ['dryrun', 'previous_model', undefined]],
])('rollback %s', (line, meant) => {
  expect(heard(line)).toEqual(meant);
});

test.each([
  'prod --disable',
  'desk-3 --disable',
  'desk --disable',
  'live dryrun --disable',
  'live --disable --dry-run',
  'live --yes',
  '--target=prod --disable',
  '--stop --disable',
  'lvie --previous-model',
])('rollback %s could be something else, and halts nothing', (line) => {
  expect(() => heard(line)).toThrow();
});

test.each([
  ['dryrun hold', ['dryrun']],
  ['live,dryrun --disable', ['live', 'dryrun']],
  ['--target=dryrun --disable --dry-run', ['dryrun']],
  ['prod --disable', ['live']],
])('rollback %s is answered with the buttons of %j', (line, names) => {
  expect(targetsToShow(wordsOfAnyLine(line), targets).map(({ name }) => name)).toEqual(names);
});

test.each([
  ['live rollback --disable', 'rollback'],
  ['disable live', 'rollback'],
  ['--disable rollback live', 'rollback'],
  ['—disable live', 'rollback'],
  ['rollbak live', 'rollback'],
  ['halt live', 'rollback'],
  ['KILL live', 'rollback'],
  ['live off', 'rollback'],
  ['turn it off', 'rollback'],
  ['停止 live', 'rollback'],
  ['回滚 live', 'rollback'],
  ['trian live stop', undefined],
  ['who of you may kill', undefined],
  ['hello live', undefined],
])('%s is meant for %s', (line, name) => {
  const known = [
    { name: 'rollback', hears: asksToHalt, alsoCalled: KILL_SWITCH_NAMES },
    ...['train', 'status', 'help', 'drill'].map((one) => ({ name: one })),
  ];
  expect(heardSubcommand(wordsOfAnyLine(line), known)?.name).toBe(name);
});
