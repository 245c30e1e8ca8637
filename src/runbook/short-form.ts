import { isRecord } from '../domain/canonical-json.js';

type Source = Readonly<Record<string, unknown>>;

/**
 * Writes the short form of a check out. `each` is what every row must satisfy, and names the rows that do not; a problem
 * that says `fail` or `warn` in the place of `when` is a condition of the check too; a check of a variable may go by that
 * variable's name.
 */
export function writtenOut(source: unknown): unknown {
  if (!isRecord(source)) return source;
  const { each, env } = source;
  const named =
    typeof env === 'string' && source['id'] === undefined
      ? { id: `env.${env.toLowerCase()}`, title: { en: env, 'zh-CN': env } }
      : {};
  const judged =
    typeof each === 'string' ? { pass: `rows.all(r, ${each})`, fail: `rows.exists(r, !(${each}))` } : {};
  return { ...named, ...judged, ...source, ...ofProblems(source) };
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
