import { describe, expect, test } from '@jest/globals';
import type { LogSearch } from '../../src/hosts/host.js';
import {
  KEPT_LINES,
  LogReader,
  type ParseLogLine,
  parseJournalLine,
  parsePlainLine,
} from '../../src/hosts/managers/log-lines.js';

const LOADED = 'loaded lob-ml onnx model';

function read(
  parse: ParseLogLine,
  chunks: readonly (string | Buffer)[],
  limit = Number.POSITIVE_INFINITY,
  search: Partial<LogSearch> = {},
) {
  const find = { line: { message: LOADED, fields: { model_path: '/m/a.onnx' } }, ...search };
  const reader = new LogReader({ parse, find });
  for (const chunk of chunks) reader.take(Buffer.from(chunk));
  return reader.end(limit);
}

const texts = (lines: readonly { readonly text: string }[]) => lines.map(({ text }) => text);

describe('a log of any length', () => {
  const stamp = '2026-03-01T12:00:00.000Z';
  const chatter = (count: number) => `${stamp} tick\n`.repeat(count);

  test('keeps its beginning, its end, and what is looked for wherever it stands', () => {
    const loaded = `${stamp} INFO ${LOADED} model_path=/m/a.onnx input_dim=8\n`;
    const other = `${stamp} INFO ${LOADED} model_path=/m/a.onnx.old\n`;
    const lines = read(parsePlainLine, [
      `${stamp} first\n${chatter(30_000)}`,
      loaded + other,
      `${chatter(30_000)}${stamp} last\n`,
    ]);
    expect(lines.length).toBeLessThanOrEqual(2 * KEPT_LINES + 1);
    expect(texts(lines)).toContain(`INFO ${LOADED} model_path=/m/a.onnx input_dim=8`);
    expect(texts(lines)).not.toContain(`INFO ${LOADED} model_path=/m/a.onnx.old`);
    expect(texts([...lines.slice(0, 1), ...lines.slice(-1)])).toEqual(['first', 'last']);
    expect(texts(read(parsePlainLine, [`${stamp} first\n${chatter(50)}${stamp} last\n`], 2))).toEqual([
      'tick',
      'last',
    ]);
  });

  test('a character or a line that comes in two pieces is one', () => {
    const bytes = Buffer.from(`${stamp} 模型已加载\nsecond`);
    for (let at = 0; at <= bytes.length; at++) {
      expect(texts(read(parsePlainLine, [bytes.subarray(0, at), bytes.subarray(at)]))).toEqual([
        '模型已加载',
        'second',
      ]);
    }
  });

  test('a line without a time that is found far in has that of the line before', () => {
    const lines = read(parsePlainLine, [
      chatter(9_001),
      `INFO ${LOADED} model_path=/m/a.onnx\n`,
      chatter(9_000),
    ]);
    const found = lines.find(({ text }) => text.includes(LOADED));
    expect(found?.at).toEqual(new Date(stamp));
  });

  test('a line of megabytes is cut', () => {
    const [line] = read(
      parsePlainLine,
      Array.from({ length: 64 }, () => Buffer.alloc(65_536, 'x')),
    );
    expect(line?.text.length).toBeLessThan(5_000);
  });
});

describe('colour codes and other bytes for terminals', () => {
  const green = '\u001b[32m INFO\u001b[0m';

  test('are gone before a line is read, in every manager', () => {
    const text = ` INFO ${LOADED} model_path=/m/a.onnx`;
    const tracing = `\u001b[2m2026-03-01T12:00:00.000Z\u001b[0m ${green} \u001b[1mloaded\u001b[0m lob-ml onnx model \u001b[3mmodel_path\u001b[0m\u001b[2m=\u001b[0m/m/a.onnx`;
    expect(read(parsePlainLine, [tracing])).toEqual([{ at: new Date('2026-03-01T12:00:00.000Z'), text }]);
    const journal = `2026-03-01T12:00:00.000000+0000 host ploy[12]: ${green} loaded lob-ml onnx model model_path=\u001b[4m/m/a.onnx\u001b[0m`;
    expect(read(parseJournalLine, [journal])).toEqual([
      { at: new Date('2026-03-01T12:00:00.000Z'), text, pid: 12 },
    ]);
    expect(read(parseJournalLine, [`${green} no prefix`])).toEqual([
      { at: undefined, text: 'INFO no prefix' },
    ]);
  });

  test('none of them is left', () => {
    const hostile =
      'a\u001b]0;title\u0007b\u009b31mc\u001b]8;;http://x\u001b\\d\u0000\u0008e\u202ef\u001bPq\u001b\\g';
    const [line] = read(parsePlainLine, [hostile]);
    expect(line?.text).toBe('abcd\ufffd\ufffde\ufffdfg');
  });
});
