import { describe, expect, test } from '@jest/globals';
import { loadTargets, parseTargets } from '../../src/runbook/targets.js';
import { inWords, inWordsAtOnce, sentenceOf } from '../support/in-words.js';
import { notInChinese } from './in-chinese.js';

const GOOD = `defaultTarget: live
roles: { operators: [U1] }
targets:
  live:
    service: { manager: systemd, unit: ploy.service }
    environmentFiles: [-/opt/ploy/.env, /opt/ploy/env/live.env]
    models: /opt/ploy/models
    approval: { quorum: 2, groups: [S1] }
    hosts:
      - name: live-1
      - name: live-2
        connection: { ssh: { address: ploy@live-2 } }
        environmentFiles: [/opt/other.env]
`;
const parse = (text: string) => parseTargets('t.yaml', Buffer.from(text));
const lineOf = (text: string, part: string): number => text.slice(0, text.indexOf(part)).split('\n').length;

test('a host takes from its target what it does not say itself', () => {
  const live = parse(GOOD).targets.get('live');
  const [one, two] = live?.hosts ?? [];
  expect(one).toMatchObject({
    name: 'live-1',
    connection: { kind: 'local' },
    models: '/opt/ploy/models',
    environmentFiles: [
      { path: '/opt/ploy/.env', optional: true },
      { path: '/opt/ploy/env/live.env', optional: false },
    ],
    writtenEnvironmentFile: '/opt/ploy/env/live.env',
  });
  expect(two).toMatchObject({
    connection: { kind: 'ssh', address: 'ploy@live-2' },
    writtenEnvironmentFile: '/opt/other.env',
  });
  expect(live?.approval).toMatchObject({ quorum: 2, quorumMinutes: 60, startMinutes: 15 });
});

test('a path means the same however its slashes are written', () => {
  const text = GOOD.replaceAll('/opt/ploy/models', '/opt//ploy/./models/')
    .replace('-/opt/ploy/.env', '-/opt/ploy//.env')
    .replace('approval:', 'binary: /opt/ploy//bin/ploy\n    staging: /srv/staging/\n    approval:')
    .replace('    models:', '    writtenEnvironmentFile: //opt/ploy/env/live.env\n    models:')
    .replace('environmentFiles: [/opt/other.env]', 'environmentFiles: [//opt/ploy/env/live.env]');
  const live = parse(text).targets.get('live');
  expect(live?.staging).toBe('/srv/staging');
  expect(live?.hosts[0]).toMatchObject({
    models: '/opt/ploy/models',
    binary: '/opt/ploy/bin/ploy',
    environmentFiles: [{ path: '/opt/ploy/.env' }, { path: '/opt/ploy/env/live.env' }],
    writtenEnvironmentFile: '/opt/ploy/env/live.env',
  });
});

function refusalOf(text: string): Error {
  try {
    parse(text);
  } catch (error) {
    return error as Error;
  }
  throw new Error('The text is accepted.');
}

describe('each fault is named with its line', () => {
  test.each([
    ['defaultTarget: live', 'defaultTarget: liv', 'defaultTarget: liv', /no target `liv`/],
    ['name: live-2', 'name: live-1 # again', 'live-1 # again', /`live-1` stands twice/],
    ['    service: { manager: systemd, unit: ploy.service }\n', '', 'name: live-1', /say `service`/],
    [
      '    environmentFiles: [-/opt/ploy/.env, /opt/ploy/env/live.env]\n',
      '',
      'name: live-1',
      /say `environmentFiles`/,
    ],
    ['unit: ploy.service', 'unit: ploy', 'unit: ploy', /with \.service/],
    ['manager: systemd', 'manager: upstart', 'manager: upstart', /manager/],
    ['models: /opt', 'models: opt', 'models: opt', /absolute path/],
    ['[/opt/other.env]', '[other.env]', 'other.env', /absolute path/],
    ['operators: [U1]', 'operators: []', 'operators: []', /nobody else can stop/],
    ['operators: [U1]', 'operators: [alice]', 'alice', /Slack user id/],
    ['quorum: 2', 'quorum: 0', 'quorum: 0', /quorum/],
    ['address: ploy@live-2', 'address: -oProxyCommand=x', 'address: -o', /write a host/],
    ['connection: { ssh:', 'connection: { pod:', 'connection: { pod', /connection/],
    ['connection: { ssh: { address: ploy@live-2 } }', 'connection: pod', 'connection: pod', /connection/],
    ['    models: /opt', '    folder: /x\n    models: /opt', 'folder', /no such key/],
    [
      '    models: /opt',
      '    writtenEnvironmentFile: /opt/no.env\n    models: /opt',
      'name: live-1',
      /one of the `environmentFiles`/,
    ],
  ])('%s → %s', (part, instead, at, sentence) => {
    const text = GOOD.replace(part, () => instead);
    expect(text).not.toBe(GOOD);
    const refused = refusalOf(text);
    expect(sentenceOf(refused)?.en).toMatch(
      new RegExp(`^(?:.*\\n)*t\\.yaml:${lineOf(text, at)}: .*${sentence.source}`),
    );
    expect(notInChinese(refused)).toEqual([]);
  });

  describe('one service that stands twice in a target', () => {
    const twice = (second: string, first = '') =>
      GOOD.replace(/connection: .*\n.*\n/, `${second} # again\n`).replace(
        'name: live-1',
        `name: live-1${first}`,
      );
    const ssh = (address: string) => `connection: { ssh: ${address} }`;
    const local = 'service: { manager: command, status: [st], restart: [re, x], stop: [stop], logs: [l] }';
    const user = 'service: { manager: systemd, unit: ploy.service, userManager: true }';

    test.each([
      ['this machine', 'connection: local', '', 'ploy.service'],
      [
        'another account',
        ssh('{ address: root@A.net }'),
        `\n        ${ssh('{ address: ploy@a.net, port: 22 }')}`,
        'ploy.service',
      ],
      ['the same commands', local, `\n        ${local}`, 're x'],
      ['the same manager of an account', user, `\n        ${user}`, 'ploy.service'],
    ])('is refused: %s', (_what, second, first, service) => {
      const text = twice(second, first);
      const refused = refusalOf(text);
      expect(sentenceOf(refused)?.en).toBe(
        `t.yaml:${lineOf(text, 'name: live-2')}: targets.live.hosts.1: \`live-2\` and \`live-1\` are one service (\`${service}\`) on one machine: take one of them out`,
      );
      expect(notInChinese(refused)).toEqual([]);
    });

    test.each([
      ['another unit', 'service: { manager: systemd, unit: ploy-b.service }', ''],
      [
        'another port, e.g. a container',
        ssh('{ address: a, port: 2222 }'),
        `\n        ${ssh('{ address: a }')}`,
      ],
      ['the manager of an account', user, ''],
      ['other commands', local.replace('re, x', 're, y'), `\n        ${local}`],
    ])('%s is another one', (_what, second, first) => {
      expect(parse(twice(second, first)).targets.get('live')?.hosts).toHaveLength(2);
    });
  });

  describe('checks that come when the release has turned itself off', () => {
    const watched = (minutes: string, confirm: number, hosts = GOOD) =>
      hosts.replace(
        '    approval:',
        `    watch: { checkpointMinutes: ${minutes}, confirmMinutes: ${confirm} }\n    approval:`,
      );
    const alone = GOOD.replace(/ {6}- name: live-2\n.*\n.*\n/, '');

    test.each([
      ['after it', '[5, 46]', 45, alone, 46],
      ['at it', '[45]', 45, alone, 45],
      ['after the canary was waited for', '[30, 5]', 35, GOOD, 35],
    ])('%s', (_what, minutes, confirm, file, last) => {
      const text = watched(minutes, confirm, file);
      const refused = refusalOf(text);
      expect(sentenceOf(refused)?.en).toContain(
        `t.yaml:${lineOf(text, 'watch:')}: targets.live.watch: the last checks come ${last} min after the first start`,
      );
      expect(notInChinese(refused)).toEqual([]);
    });

    test('before it they are fine', () => {
      expect(parse(watched('[5, 30]', 36)).targets.size).toBe(1);
      expect(parse(watched('[5, 44]', 45, alone)).targets.size).toBe(1);
    });
  });

  test('all at once', () => {
    const text = GOOD.replace('defaultTarget: live', 'defaultTarget: x').replace(
      'name: live-2',
      'name: live-1',
    );
    expect(() => inWordsAtOnce(() => parse(text))).toThrow(
      /t\.yaml:1: [^\n]*\nt\.yaml:11: |t\.yaml:11: [^\n]*\nt\.yaml:1: /,
    );
  });

  test('all at once, of the shape and of what belongs together', () => {
    const text = GOOD.replace('operators: [U1]', 'operators: [alice]')
      .replace('quorum: 2', 'quorum: 0')
      .replace('live:\n', 'live:\n    colour: red\n')
      .replace('defaultTarget: live', 'defaultTarget: x')
      .replace('name: live-2', 'name: live-1 # again');
    const places = ['alice', 'colour', 'quorum: 0', 'defaultTarget', '# again'];
    let message = '';
    try {
      parse(text);
    } catch (error) {
      message = sentenceOf(error)?.en ?? '';
    }
    const lines = message.split('\n').map((fault) => Number(fault.split(':')[1]));
    expect(lines.toSorted((a, b) => a - b)).toEqual(
      places.map((place) => lineOf(text, place)).toSorted((a, b) => a - b),
    );
  });
});

test('a file that is not there says what to do', async () => {
  await expect(inWords(() => loadTargets('/no/such/targets.yaml'))).rejects.toThrow(
    /copy targets\.example\.yaml, or set TARGETS_FILE/,
  );
});

describe('whose rows of the shared tables a target reads', () => {
  const host = `service: { manager: systemd, unit: a.service }, environmentFiles: [/etc/a.env], approval: { quorum: 1 }`;
  const file = (targets: Readonly<Record<string, string>>) =>
    ['defaultTarget: live', 'roles: { operators: [U1] }', 'targets:']
      .concat(
        Object.entries(targets).map(([name, more]) => `  ${name}: { hosts: [{ name: a }], ${host}${more} }`),
      )
      .join('\n');

  test('orders are real unless the target says otherwise, or is called a dry run', () => {
    const { targets } = parse(
      file({
        live: ', accountId: a',
        dryrun: '',
        'dry-run': ', accountId: b, strategy: other',
        paper: ', dryRun: true, accountId: a, strategy: third',
        'dry-dock': ', dryRun: false, accountId: c',
      }).replace('dryrun: {', 'dryrun: { strategy: first,'),
    );
    const of = [...targets.values()].map(({ name, dryRun }) => [name, dryRun]);
    expect(of).toEqual([
      ['live', false],
      ['dryrun', true],
      ['dry-run', true],
      ['paper', true],
      ['dry-dock', false],
    ]);
  });

  test.each([
    ['neither names an account', '', ''],
    ['one of them names none', ', accountId: a', ''],
    ['both name the same', ', accountId: a', ', accountId: a'],
    ['only one names the strategy', ', accountId: a, strategy: s', ', accountId: a'],
  ])('two of the same rows are refused by both names: %s', (_what, live, spare) => {
    const text = file({ live, spare });
    const error = refusalOf(text);
    expect(notInChinese(error)).toEqual([]);
    expect(sentenceOf(error)?.en).toMatch(
      new RegExp(`^t\\.yaml:${lineOf(text, 'spare:')}: targets\\.spare: the targets \`live\` and \`spare\``),
    );
  });

  test.each([
    ['another account', ', accountId: a', ', accountId: b'],
    ['the other kind of orders', ', accountId: a', ', accountId: a, dryRun: true'],
    ['another strategy', ', accountId: a, strategy: s', ', accountId: a, strategy: t'],
  ])('%s makes them different', (_what, live, spare) => {
    expect(parse(file({ live, spare })).targets.size).toBe(2);
  });
});

describe('where models are promoted from', () => {
  const host = `service: { manager: systemd, unit: a.service }, environmentFiles: [/etc/a.env], approval: { quorum: 1 }`;
  const file = (from: string, more = '') =>
    `defaultTarget: live
roles: { operators: [U1] }
targets:
  live:
    hosts: [{ name: a }]
    service: { manager: systemd, unit: a.service }
    environmentFiles: [/etc/a.env]
    approval: { quorum: 1 }
    strategy: s
    promotes: { from: ${from}, hours: 24, entries: 50 }
  dryrun: { hosts: [{ name: a }], ${host}${more} }
  other: { hosts: [{ name: a }], ${host}, strategy: t, accountId: o }`;

  test('another target of the strategy', () => {
    const { targets } = parse(file('dryrun', ', strategy: s'));
    expect(targets.get('live')?.promotes).toEqual({ from: 'dryrun', hours: 24, entries: 50 });
    expect(targets.get('dryrun')?.promotes).toBeUndefined();
  });

  test.each([
    ['one that does not exist', 'dryrn', 'there is no target `dryrn`'],
    [
      'itself',
      'live',
      'a model of `live` is promoted from another target of the same strategy, and `live` is none',
    ],
    ['one of another strategy', 'other', '`other` is none'],
  ])('%s is refused with its line', (_what, from, sentence) => {
    const text = file(from, ', strategy: s');
    const error = refusalOf(text);
    expect(notInChinese(error)).toEqual([]);
    const told = sentenceOf(error)?.en ?? '';
    expect(told).toContain(`t.yaml:${lineOf(text, 'promotes:')}: targets.live.promotes.from: `);
    expect(told).toContain(sentence);
  });
});
