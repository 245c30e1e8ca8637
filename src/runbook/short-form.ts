import { z } from 'zod';
import { isRecord } from '../domain/canonical-json.js';
import { exactNumber } from '../domain/exact-number.js';
import { localizedSchema } from '../domain/localized.js';
import { RUN_KINDS } from '../domain/outcome.js';
import { ownValue } from '../domain/own-value.js';

type Source = Readonly<Record<string, unknown>>;

/**
 * Writes the short form of the sections out: one without a `kind` has that of its chapter (`2` of `2.2-A`), and its only
 * check may go by the section's title.
 */
export function sectionsWrittenOut(source: unknown): unknown {
  if (!isRecord(source) || !Array.isArray(source['sections'])) return source;
  const kinds = isRecord(source['kinds']) ? source['kinds'] : {};
  return { ...source, sections: source['sections'].map((section) => sectionWrittenOut(section, kinds)) };
}

function sectionWrittenOut(section: unknown, kinds: Source): unknown {
  if (!isRecord(section)) return section;
  const { id, title, checks } = section;
  const chapter = typeof id === 'string' ? ownValue(kinds, id.replace(/\..*/s, '')) : undefined;
  const ofChapter = chapter === undefined ? {} : { kind: areKinds(chapter) ? chapter : RUN_KINDS };
  const [only, ...others] = Array.isArray(checks) ? checks : [];
  const isUntitled = isRecord(only) && only['id'] !== undefined && only['title'] === undefined;
  const titled =
    isUntitled && others.length === 0 && localizedSchema.safeParse(title).success
      ? { checks: [{ ...only, title }] }
      : {};
  return { ...ofChapter, ...section, ...titled };
}

/** What is none is told where it stands, and not once more for each section of the chapter. */
const areKinds = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((one) => RUN_KINDS.includes(one));

/**
 * Writes the short form of a check out. `each` is what every row must satisfy, and names the rows that do not; a problem
 * that says `fail` or `warn` in the place of `when` is a condition of the check too; a check of a variable may go by that
 * variable's name, and `is` the one value that it must have; `query: NAME.COLUMN` reads one column of a query.
 */
export function writtenOut(short: unknown): unknown {
  if (!isRecord(short)) return short;
  const source = withColumn(withValue(short));
  const { each, env } = source;
  const named =
    typeof env === 'string' && source['id'] === undefined
      ? { id: `env.${env.toLowerCase()}`, title: { en: env, 'zh-CN': env } }
      : {};
  const judged =
    typeof each === 'string' ? { pass: `rows.all(r, ${each})`, fail: `rows.exists(r, !(${each}))` } : {};
  return { ...named, ...judged, ...source, ...ofProblems(source) };
}

const oneValue = z.union([z.string().min(1), exactNumber, z.boolean()]);

/** Beside conditions of the check's own `is` stays, and is refused: one of them would not count. */
function withValue({ is, ...source }: Source): Source {
  const isAlone = source['each'] === undefined && source['pass'] === undefined;
  if (!oneValue.safeParse(is).success || !isAlone || typeof source['env'] !== 'string')
    return is === undefined ? source : { is, ...source };
  const expected = typeof is === 'number' ? String(is) : `\`${is}\``;
  return { each: `r.value == ${JSON.stringify(is)}`, expected, ...source };
}

function withColumn(source: Source): Source {
  const { query, column } = source;
  const [, name, read] = (typeof query === 'string' && /^(\w+)\.(\w+)$/.exec(query)) || [];
  return name === undefined || column !== undefined ? source : { ...source, query: name, column: read };
}

/** What follows from the problems: they are conditions besides those that the check has itself. */
function ofProblems({ each, problems, fail, warn, wrongRows }: Source): Source {
  const listed = Array.isArray(problems) ? problems.filter(isRecord) : [];
  const conditions = (key: 'fail' | 'warn') =>
    listed.map((one) => one[key]).filter((one) => typeof one === 'string');
  const [failing, warning] = [conditions('fail'), conditions('warn')];
  const wrong = [...(typeof each === 'string' ? [`!(${each})`] : []), ...failing, ...warning];
  return {
    ...(failing.length > 0 ? { fail: anyOf(fail, failing) } : {}),
    ...(warning.length > 0 ? { warn: anyOf(warn, warning) } : {}),
    ...(wrongRows === undefined && wrong.length > 0 ? { wrongRows: eitherOf(wrong) } : {}),
    ...(listed.length > 0 ? { problems: (problems as unknown[]).map(asSentence) } : {}),
  };
}

const eitherOf = (conditions: readonly string[]): string =>
  conditions.length === 1 ? conditions.join('') : conditions.map((one) => `(${one})`).join(' || ');

function anyOf(own: unknown, conditions: readonly string[]): string {
  const ofRows = `rows.exists(r, ${eitherOf(conditions)})`;
  return typeof own === 'string' ? `(${own}) || ${ofRows}` : ofRows;
}

/** Whatever it decides, it is said where its condition holds. */
function asSentence(problem: unknown): unknown {
  if (!isRecord(problem) || problem['when'] !== undefined) return problem;
  const { fail, warn, ...said } = problem;
  if (fail !== undefined && warn !== undefined) return problem;
  return { when: fail ?? warn, ...said };
}
