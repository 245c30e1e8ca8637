/** How many lines stand around a change. */
const CONTEXT = 3;

/**
 * What `patch` and `git apply` take, for two texts of which lines were changed, added or taken away.
 * @returns '' for equal texts
 */
export function unifiedDiff(before: string, after: string, path: string): string {
  if (before === after) return '';
  const one = linesOf(before);
  const other = linesOf(after);
  const edits = editsOf(one, other);
  const hunks = hunksOf(edits);
  return [`--- a/${path}`, `+++ b/${path}`, ...hunks, ''].join('\n');
}

type Edit = readonly [sign: ' ' | '-' | '+', line: string];

const NO_NEWLINE = '\\ No newline at end of file';

/** The last line keeps a mark where the text does not end with a line break. */
function linesOf(text: string): readonly string[] {
  const lines = text.split('\n');
  const last = lines.pop();
  return last === '' || last === undefined ? lines : [...lines, `${last}\n${NO_NEWLINE}`];
}

/** A change that stands between equal heads and tails; within it the longest common lines. */
function editsOf(one: readonly string[], other: readonly string[]): readonly Edit[] {
  let head = 0;
  while (head < one.length && head < other.length && one[head] === other[head]) head += 1;
  let tail = 0;
  const most = Math.min(one.length, other.length) - head;
  while (tail < most && one.at(-1 - tail) === other.at(-1 - tail)) tail += 1;
  const same = (lines: readonly string[]): readonly Edit[] => lines.map((line) => [' ', line]);
  return [
    ...same(one.slice(0, head)),
    ...middleOf(one.slice(head, one.length - tail), other.slice(head, other.length - tail)),
    ...same(one.slice(one.length - tail)),
  ];
}

function middleOf(one: readonly string[], other: readonly string[]): readonly Edit[] {
  const common = lengthsOf(one, other);
  const edits: Edit[] = [];
  let i = 0;
  let j = 0;
  while (i < one.length || j < other.length) {
    if (i < one.length && j < other.length && one[i] === other[j]) {
      edits.push([' ', one[i] ?? '']);
      i += 1;
      j += 1;
    } else if (
      j >= other.length ||
      (i < one.length && (common[i + 1]?.[j] ?? 0) >= (common[i]?.[j + 1] ?? 0))
    ) {
      edits.push(['-', one[i] ?? '']);
      i += 1;
    } else {
      edits.push(['+', other[j] ?? '']);
      j += 1;
    }
  }
  return edits;
}

/** `lengths[i][j]`: of the longest common part of what stands from there on. */
function lengthsOf(one: readonly string[], other: readonly string[]): readonly (readonly number[])[] {
  const lengths = Array.from({ length: one.length + 1 }, () => new Array<number>(other.length + 1).fill(0));
  for (let i = one.length - 1; i >= 0; i -= 1)
    for (let j = other.length - 1; j >= 0; j -= 1) {
      const row = lengths[i];
      if (row === undefined) continue;
      row[j] =
        one[i] === other[j]
          ? 1 + (lengths[i + 1]?.[j + 1] ?? 0)
          : Math.max(lengths[i + 1]?.[j] ?? 0, row[j + 1] ?? 0);
    }
  return lengths;
}

function hunksOf(edits: readonly Edit[]): readonly string[] {
  const changed = edits.flatMap(([sign], index) => (sign === ' ' ? [] : [index]));
  const spans: { from: number; to: number }[] = [];
  for (const index of changed) {
    const span = spans.at(-1);
    if (span !== undefined && index - CONTEXT <= span.to) span.to = index + CONTEXT + 1;
    else spans.push({ from: Math.max(0, index - CONTEXT), to: index + CONTEXT + 1 });
  }
  return spans.flatMap(({ from, to }) => {
    const before = edits.slice(0, from);
    const shown = edits.slice(from, to);
    const count = (part: readonly Edit[], sign: '-' | '+') =>
      part.filter(([own]) => own === ' ' || own === sign).length;
    const range = (sign: '-' | '+') => {
      const length = count(shown, sign);
      return `${sign}${count(before, sign) + (length === 0 ? 0 : 1)},${length}`;
    };
    return [`@@ ${range('-')} ${range('+')} @@`, ...shown.map(([sign, line]) => `${sign}${line}`)];
  });
}
