import type { RowPredicate } from '../domain/condition.js';
import { LOCALES, type Localized, localizedSchema } from '../domain/localized.js';
import type { ConfigurationSentence } from '../domain/sentence.js';
import { nearestWord } from '../domain/spelling.js';
import type { CheckDefinition, LocalizedTemplate, ProbeDefinition } from './check-definition.js';
import type { FaultList } from './fault-list.js';
import { compileMessage, holeFaults, holesIn } from './message-template.js';
import type { ProbeSyntax } from './probe-syntax.js';
import type { CheckSource, RunbookSource } from './runbook-schema.js';
import type { Path } from './what-stands.js';

interface TextCompilerOptions {
  readonly source: RunbookSource;
  readonly kinds: readonly ProbeSyntax[];
  readonly faults: FaultList;
}

type Columns = ProbeDefinition['columns'];

const PARTS = ['problem', 'unclear', 'fine'] as const;

/** Turns the texts of checks into sentences. A hole that nothing fills is a fault, in every language, shown or not. */
export class TextCompiler {
  readonly #o: TextCompilerOptions;
  /** Words of a kind are read once for each of its checks, and their faults told once. */
  readonly #told = new Set<string>();

  constructor(options: TextCompilerOptions) {
    this.#o = options;
    for (const [kind, texts] of Object.entries(options.source.texts)) this.#checkKind(kind, texts);
    this.#checkPlain(options.source, []);
  }

  /**
   * @param probe undefined: it has a fault, and what its rows hold is unknown.
   * @param whens the conditions of its `problems`, in their order.
   */
  compile(
    source: CheckSource,
    probe: ProbeDefinition | undefined,
    whens: readonly (RowPredicate | undefined)[],
    path: Path,
  ): CheckDefinition['text'] {
    const { expected, problems } = source;
    const columns = probe?.columns;
    const isExpectedFine =
      expected === undefined || this.#areFilled(expected, [...path, 'expected'], columns);
    const ofKind = this.#o.source.texts[probe?.kind ?? ''];
    const part = (name: (typeof PARTS)[number]): LocalizedTemplate | undefined => {
      const own = source[name];
      if (own !== undefined) return this.#template(own, [...path, name], columns);
      const words = ofKind?.[name];
      const known = columns && new Set([...columns, EXPECTED]);
      const template = words && this.#template(words, ['texts', probe?.kind ?? '', name], known);
      return template && isExpectedFine
        ? this.#compiled(words, (said) => filledIn(said, expected))
        : undefined;
    };
    return {
      problem: part('problem'),
      problems: problems.flatMap(({ say }, index) => {
        const when = whens[index];
        const template = this.#template(say, [...path, 'problems', index, 'say'], columns);
        return when === undefined || template === undefined ? [] : [{ when, say: template }];
      }),
      unclear: part('unclear'),
      fine: part('fine'),
      remedy: source.remedy ?? ofKind?.remedy,
    };
  }

  #template(words: Localized, path: Path, columns: Columns): LocalizedTemplate | undefined {
    const isFilled = LOCALES.map((locale) => this.#areFilled(words[locale], [...path, locale], columns));
    return isFilled.includes(false) ? undefined : this.#compiled(words);
  }

  #compiled(words: Localized, prepared = (said: string) => said): LocalizedTemplate {
    const { params } = this.#o.source;
    const compile = (said: string) => compileMessage(prepared(said), params);
    return { en: compile(words.en), 'zh-CN': compile(words['zh-CN']) };
  }

  #areFilled(words: string, path: Path, columns: Columns): boolean {
    const { params: parameters, variables } = this.#o.source;
    const faults = holeFaults(words, { parameters, variables, columns });
    for (const fault of faults) this.#tell(path, fault);
    return faults.length === 0;
  }

  /** What a kind says, whether a check of it uses it or not. */
  #checkKind(name: string, texts: RunbookSource['texts'][string]): void {
    const { kinds } = this.#o;
    const kind = kinds.find((one) => one.kind === name);
    if (kind === undefined) {
      const nearest = nearestWord(
        name,
        kinds.map((one) => one.kind),
      );
      this.#tell(['texts', name], { code: 'probe_kind_unknown', facts: { name, nearest } });
      return;
    }
    const columns = kind.columns && new Set([...kind.columns, EXPECTED]);
    for (const part of PARTS) {
      const words = texts[part];
      if (words !== undefined) this.#template(words, ['texts', name, part], columns);
    }
  }

  /** Titles, labels and remedies: nothing is filled in there. */
  #checkPlain(value: unknown, path: Path): void {
    const words = localizedSchema.safeParse(value).data;
    for (const locale of words === undefined ? [] : LOCALES)
      for (const hole of holesIn(words?.[locale] ?? ''))
        this.#tell([...path, locale], { code: 'text_not_filled', facts: { hole } });
    if (words !== undefined || typeof value !== 'object' || value === null) return;
    for (const [key, inner] of Array.isArray(value) ? value.entries() : Object.entries(value))
      if (!FILLED_IN.has(key)) this.#checkPlain(inner, [...path, key]);
  }

  #tell(path: Path, fault: ConfigurationSentence): void {
    const key = JSON.stringify([path, fault]);
    if (!this.#told.has(key)) this.#o.faults.add(path, fault);
    this.#told.add(key);
  }
}

const EXPECTED = 'expected';
const FILLED_IN: ReadonlySet<unknown> = new Set([...PARTS, 'problems']);

const filledIn = (words: string, expected = '—'): string => words.replaceAll(`{${EXPECTED}}`, () => expected);
