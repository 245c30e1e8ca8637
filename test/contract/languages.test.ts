import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { PROBE_KINDS } from '../../src/checks/probe-kinds.js';
import { LOCALES } from '../../src/domain/localized.js';
import { loadRunbook } from '../../src/runbook/load-runbook.js';

/** Both languages say the same things, and each says something. */

const folder = new URL('../../views/text/', import.meta.url);
const CHINESE = /[\u3400-\u9fff]/;

interface Pair {
  readonly name: string;
  readonly en: unknown;
  readonly zhCN: unknown;
}

const filesOf = (language: string): readonly string[] =>
  readdirSync(new URL(`${language}/`, folder)).filter((file) => file !== 'index.ts');

/** Each area's prose in both languages: a file of each folder, its exports by name. */
async function pairs(): Promise<readonly Pair[]> {
  const all: Pair[] = [];
  // One after the other: Jest cannot link modules that share imports at the same time.
  for (const file of new Set(LOCALES.flatMap(filesOf))) {
    const [en, zhCN] = [await exportsOf('en', file), await exportsOf('zh-CN', file)];
    const names = new Set([en, zhCN].flatMap((texts) => Object.keys(texts)));
    for (const name of names) all.push({ name: `${file} ${name}`, en: en[name], zhCN: zhCN[name] });
  }
  return all;
}

async function exportsOf(language: string, file: string): Promise<Readonly<Record<string, unknown>>> {
  if (!filesOf(language).includes(file)) return {};
  return import(`../../views/text/${language}/${file.replace(/ts$/, 'js')}`);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** Every text by its path; `()` is one with facts, which is called with stand-ins for whatever it wants. */
function textsOf(value: unknown, path = ''): ReadonlyMap<string, string> {
  if (typeof value === 'string') return new Map([[path, value]]);
  if (typeof value === 'function') return new Map([[`${path}()`, String(value(...Array(8).fill(anything)))]]);
  if (!isObject(value)) return new Map([[path, '']]);
  return new Map(Object.entries(value).flatMap(([key, inner]) => [...textsOf(inner, `${path}.${key}`)]));
}

/** Facts that are codes of a list, which a sentence looks up in another text. */
const FACTS = new Map<unknown, unknown>([
  ['fault', 'empty'],
  ['state', 'expired'],
  ['venueFault', { code: 'timeout', detail: '' }],
  ['act', 'train'],
  ['attempt', 'read_file'],
  ['edit', 'open_quote'],
]);

/** Stands in for a number, a text, a row, a list of nothing, and a function that looks a fact up. */
const anything: unknown = new Proxy((name: unknown) => FACTS.get(name) ?? '7', {
  get: (_target, key) => {
    if (key === Symbol.toPrimitive) return () => '7';
    if (key === Symbol.iterator) return [][Symbol.iterator];
    return key === 'length' ? 1 : (FACTS.get(key) ?? anything);
  },
});

/** Names of the field are the same in every language, and so is what is nothing but values and signs. */
const isSameInBoth = (text: string): boolean => !/[a-z]/.test(text.replaceAll('Go/No-Go', ''));

describe('the prose of the views', () => {
  test('a language is a folder of the same files, and no prose stands beside the folders', () => {
    expect(readdirSync(folder).sort()).toEqual(['index.ts', ...LOCALES].sort());
    for (const language of LOCALES) expect(filesOf(language)).toEqual(filesOf('en'));
  });

  test('both languages have the same texts', async () => {
    const all = await pairs();
    expect(all.length).toBeGreaterThan(1);
    for (const { name, en, zhCN } of all) {
      expect({ name, texts: [...textsOf(zhCN).keys()].sort() }).toEqual({
        name,
        texts: [...textsOf(en).keys()].sort(),
      });
    }
  });

  test('no text is empty, none is undefined, and the Chinese ones are Chinese', async () => {
    const wrong = (await pairs()).flatMap(({ name, en, zhCN }) => {
      const faulty = (texts: ReadonlyMap<string, string>, isWrong: (text: string) => boolean) =>
        [...texts].filter(([, text]) => isWrong(text)).map(([path, text]) => `${name}${path}: ${text}`);
      const isBroken = (text: string) => text.trim() === '' || /undefined|\[object/.test(text);
      return [
        ...faulty(textsOf(en), (text) => isBroken(text) || CHINESE.test(text)),
        ...faulty(textsOf(zhCN), (text) => isBroken(text) || !(CHINESE.test(text) || isSameInBoth(text))),
      ];
    });
    expect(wrong).toEqual([]);
  });
});

test('no prose of another language stands outside of the views’ texts', () => {
  const root = new URL('../../', import.meta.url);
  const files = ['src', 'commands', 'views'].flatMap((name) =>
    readdirSync(new URL(name, root), { recursive: true, encoding: 'utf8' }).map((file) => `${name}/${file}`),
  );
  const sources = files.filter((file) => file.endsWith('.ts') && !file.startsWith('views/text/zh-CN/'));
  expect(sources.length).toBeGreaterThan(300);
  expect(sources.filter((file) => CHINESE.test(readFileSync(new URL(file, root), 'utf8')))).toEqual([]);
});

describe('the prose of the shipped runbook', () => {
  test('each text has the same holes in both languages, and the Chinese is Chinese', async () => {
    const { sections } = await loadRunbook('runbooks/crypto_lob_ml/runbook.yaml', PROBE_KINDS);
    const templates = sections.flatMap(({ checks }) =>
      checks.flatMap(({ id, text: { problem, problems, fine } }) =>
        [problem, fine, ...problems.map(({ say }) => say)].flatMap((template) =>
          template === undefined ? [] : [{ id, template }],
        ),
      ),
    );
    const holes = (text: string) => [...new Set(text.match(/\{[^}]+\}/g))].sort();
    expect(templates.length).toBeGreaterThan(10);
    for (const { id, template } of templates) {
      expect({ id, holes: holes(template['zh-CN'].source) }).toEqual({
        id,
        holes: holes(template.en.source),
      });
      expect(template.en.source).not.toMatch(CHINESE);
    }
    const remedies = sections.flatMap(({ checks }) => checks.flatMap(({ text }) => text.remedy ?? []));
    expect(remedies.filter((remedy) => !CHINESE.test(remedy['zh-CN']))).toEqual([]);
  });
});
