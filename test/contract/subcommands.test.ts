import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { subcommands } from '../../commands/index.js';
import { EXIT } from '../../src/conversation/subcommand.js';
import { LOCALES } from '../../src/domain/localized.js';
import { indexSubcommands } from '../../src/slack/subcommand-index.js';
import { helpView } from '../../views/help.js';
import { textFor } from '../../views/text/index.js';

/** The registries that name subcommands: the code, the help, the manifest and the documentation. */

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const names = subcommands.map(({ name }) => name);
const surfacesOf = ({ surfaces = ['slack', 'terminal'] }: (typeof subcommands)[number]) => surfaces;

/** Slack takes no more. */
const MOST_OF_HINT = 100;

describe('the registry', () => {
  test('each name stands once and can be typed', () => {
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    expect(names.filter((name) => !/^[a-z]+$/.test(name))).toEqual([]);
  });

  test('each action and each modal belongs to one subcommand', () => {
    expect(() => indexSubcommands(subcommands)).not.toThrow();
    const ids = subcommands.flatMap(({ actions, submissions }) =>
      Object.keys({ ...actions, ...submissions }),
    );
    expect(ids.length).toBeGreaterThan(0);
    expect(ids.filter((id) => !/^[a-z]+:[a-z_]+$/.test(id))).toEqual([]);
  });

  test('what is urgent is an action of the same subcommand', () => {
    const dangling = subcommands.flatMap(({ urgent = [], actions = {} }) =>
      urgent.filter((id) => !(id in actions)),
    );
    expect(dangling).toEqual([]);
  });

  test('what is typed urgently stands in the usage of its subcommand', () => {
    const unknown = subcommands.flatMap(({ urgentWords = [], usage }) =>
      urgentWords.filter((word) => !usage.split(/[\s[\]|]+/).includes(word)),
    );
    expect(unknown).toEqual([]);
    expect(subcommands.find(({ name }) => name === 'rollback')?.urgentWords).toEqual([
      '--disable',
      '--stop',
      '--stop-entries',
    ]);
  });

  test('each is summed up in one sentence in each language', () => {
    for (const locale of LOCALES) {
      const { summaries } = textFor(locale);
      expect(Object.keys(summaries).sort()).toEqual(subcommands.map(({ name }) => name).sort());
      for (const summary of Object.values(summaries)) {
        expect(summary).toMatch({ en: /^[A-Z].*\.$/, 'zh-CN': /[\u4e00-\u9fff].*。$/ }[locale]);
      }
    }
  });
});

describe('what people read', () => {
  test.each(['en', 'zh-CN'] as const)(
    'help in %s shows each with its arguments and what it is for',
    (locale) => {
      const shown = JSON.stringify(helpView(subcommands, ['live'], locale).blocks);
      for (const subcommand of subcommands) {
        const word = surfacesOf(subcommand).includes('slack') ? '/lobml' : 'lobml';
        const { name, usage } = subcommand;
        const written = `${word} ${name} ${usage}`.trim().replaceAll('<', '&lt;').replaceAll('>', '&gt;');
        expect(shown).toContain(JSON.stringify(`\`${written}\``).slice(1, -1));
        expect(shown).toContain(textFor(locale).summaries[name]);
      }
    },
  );

  test('the manifest hints at the subcommands of Slack, in the order of help, as many as fit', () => {
    const [command] = JSON.parse(read('manifest.json')).features.slash_commands;
    const inSlack = subcommands.filter((subcommand) => surfacesOf(subcommand).includes('slack'));
    const all = inSlack.map(({ name }) => name);
    const hints = all.map((_name, index) => all.slice(0, all.length - index).join('|'));
    const [whole = '', ...shorter] = hints;
    const fitting = [whole, ...shorter.map((hint) => `${hint}|…`)].find(
      (hint) => hint.length <= MOST_OF_HINT,
    );
    expect(command.usage_hint).toBe(fitting);
  });

  test('the table of docs/commands.md has a row for each, and no other', () => {
    const rows = [...read('docs/commands.md').matchAll(/^\| `(.+?)` \| (.*?) ?\| (.+?) \| (.+?) \|$/gm)];
    const written = rows.map(([, usage = '', section = '', who, where]) => ({
      usage: usage.replaceAll('\\|', '|'),
      section,
      who,
      where,
    }));
    expect(written).toEqual(
      subcommands.map((subcommand) => ({
        usage: `${subcommand.name} ${subcommand.usage}`.trim(),
        section: subcommand.section ?? '',
        who: subcommand.audience,
        where: surfacesOf(subcommand)
          .map((surface) => ({ slack: 'Slack', terminal: 'terminal' })[surface])
          .join(', '),
      })),
    );
  });

  test('the exit codes of the documentation are those of the terminal', () => {
    const [, list = ''] = /Exit codes of the terminal: ([^.]*)\./.exec(read('docs/commands.md')) ?? [];
    const codes = [...list.matchAll(/(?:^|,\s+)(\d+) /g)].map(([, code]) => Number(code));
    expect(codes).toEqual(Object.values(EXIT));
  });
});
