import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { PROBE_KINDS } from '../../src/checks/probe-kinds.js';
import type { CheckResult } from '../../src/domain/check-run.js';
import { parseRunbook } from '../../src/runbook/load-runbook.js';
import { checkSentence } from '../../views/check-sentence.js';
import { notInChinese } from '../runbook/in-chinese.js';
import { sentenceOf } from '../support/in-words.js';
import { createFileStage, entry, type FileStage } from './support/file-stage.js';

let stage: FileStage;
const servers: Server[] = [];

beforeEach(async () => {
  stage = await createFileStage();
  await stage.place('own.env', '');
});
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  await stage.remove();
});

const json =
  (body: unknown, status = 200): RequestListener =>
  (_request, response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

interface Asked {
  readonly path?: string;
  readonly settings?: string;
  readonly conditions?: readonly [pass: string, fail: string];
  readonly isPermitted?: boolean;
}

const UP = ['rows.all(r, r.status == 200)', 'rows.exists(r, r.status != 200)'] as const;

/** A check of a real endpoint on this machine, which the target names unless told otherwise. */
async function look(answer: RequestListener, asked: Asked = {}): Promise<CheckResult> {
  const { path = '/health', settings = '', conditions = UP, isPermitted = true } = asked;
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const place = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { 'up.feed': result } = await stage.run({
    checks: entry(
      'up.feed',
      `http: { url: 'http://${place}${path}'${settings} }`,
      `pass: ${conditions[0]}`,
      `fail: ${conditions[1]}`,
    ),
    target: isPermitted ? { probeAddresses: [place] } : {},
  });
  if (result === undefined) throw new Error('the check did not run');
  return result;
}

const sentences = (result: CheckResult) =>
  (['en', 'zh-CN'] as const).map((locale) => checkSentence(result, locale));

describe('an answer', () => {
  test('keeps a whole number exact, however large: no other one passes for it', async () => {
    const result = await look(
      (_request, response) =>
        response.end(
          '{"seq": 9007199254740993, "near": [9007199254740991, 1e3], "text": "\\"9007199254740993"}',
        ),
      {
        conditions: [
          'rows.all(r, r.seq == "9007199254740993")',
          'rows.exists(r, r.seq == "9007199254740992")',
        ],
      },
    );
    expect(result.outcome).toBe('PASS');
    expect(result.observed).toMatchObject([
      { seq: '9007199254740993', near: [9007199254740991, 1000], text: '"9007199254740993' },
    ]);
  });

  test('of one JSON object is a row of its keys, beside what the probe itself saw', async () => {
    const result = await look(json({ status: 'ok', fault: '', lag_secs: 1.5, feeds: ['BTC'] }), {
      conditions: [
        'rows.all(r, r.lag_secs < 2.0 && r.body_status == "ok")',
        'rows.exists(r, r.status >= 500)',
      ],
    });
    expect(result).toMatchObject({ outcome: 'PASS', evidence: { probe: 'http' } });
    expect(result.observed).toEqual([
      {
        url: expect.stringMatching(/\/health$/),
        status: 200,
        duration_ms: expect.any(Number),
        body_status: 'ok',
        body_fault: '',
        lag_secs: 1.5,
        feeds: ['BTC'],
      },
    ]);
  });

  test('of a list of objects is a row each', async () => {
    const result = await look(json([{ symbol: 'BTC' }, { symbol: 'ETH' }]));
    expect(result.observed.map(({ symbol, status }) => [symbol, status])).toEqual([
      ['BTC', 200],
      ['ETH', 200],
    ]);
  });

  test.each(['fine', '"fine"', '[1, 2]', '{"half":', ''])(
    '%j holds no fields: its body is null',
    async (text) => {
      const result = await look((_request, response) => response.end(text));
      expect(result.outcome).toBe('PASS');
      expect(result.observed).toMatchObject([{ status: 200, body: null }]);
    },
  );

  test('that fails is told by its status, a redirect too', async () => {
    const down = await look(json({}, 503));
    expect([down.outcome, down.observed[0]?.['status']]).toEqual(['FAIL', 503]);
    const moved = await look((_request, response) => response.writeHead(301, { location: '/' }).end());
    expect([moved.outcome, moved.observed[0]?.['status']]).toEqual(['FAIL', 301]);
  });

  test('shows and stores no secret, and nothing that PostgreSQL refuses', async () => {
    const result = await look(
      json({ api_key: 'hidden-one', note: 'xoxb-hidden-two \0', list: [{ token: 'hidden-three' }] }),
      { path: '/health?token=hidden-four&id=abcdefghij0123456789&symbol=BTC' },
    );
    const text = JSON.stringify(result);
    expect(text).not.toMatch(/hidden|abcdefghij|\\u0000/);
    expect(text).toContain('symbol=BTC');
  });
});

describe('no answer is an ERROR with one sentence', () => {
  test('where the address is private and the target does not name it', async () => {
    let asked = 0;
    const result = await look(
      (_request, response) => {
        asked += 1;
        response.end('{}');
      },
      { isPermitted: false },
    );
    expect([result.outcome, result.reason.code, asked]).toEqual(['ERROR', 'endpoint_error', 0]);
    const [english = '', chinese = ''] = sentences(result);
    expect(english).toMatch(/health`: it leads to a private address .*probeAddresses/);
    expect(chinese).toMatch(/health`：它指向 .*probeAddresses/);
  });

  test('where it comes too late, is too large or has too many rows', async () => {
    const late = await look(() => {}, { settings: ', timeoutMs: 100' });
    const large = await look(json({ text: 'x'.repeat(256 * 1024) }));
    const long = await look(json(Array.from({ length: 1_001 }, () => ({}))));
    expect([late, large, long].map(({ outcome, reason }) => [outcome, reason.facts?.code])).toEqual([
      ['ERROR', 'timeout'],
      ['ERROR', 'too_large'],
      ['ERROR', 'too_many_rows'],
    ]);
    expect(sentences(late)[0]).toContain('no whole answer within 0.1 s');
    for (const result of [late, large, long]) expect(sentences(result)[1]).toMatch(/[\u4e00-\u9fff]/);
  });
});

test('sends the headers that the runbook names', async () => {
  const seen: unknown[] = [];
  await look(
    (request, response) => {
      seen.push(request.headers['x-asked-by'], request.method);
      response.end('{}');
    },
    { settings: ', headers: { X-Asked-By: lobml }' },
  );
  expect(seen).toEqual(['lobml', 'GET']);
});

describe('a runbook is refused', () => {
  const refusal = async (settings: string): Promise<unknown> =>
    parseRunbook(
      'r.yaml',
      Buffer.from(`strategy: toy
agentId: toy
envPrefix: TOY__
flag: { variable: ENABLED }
params: {}
variables: { ENABLED: { type: boolean, default: false } }
sections:
  - id: '1.1'
    title: { en: One, zh-CN: 一 }
    kind: precheck
    checks:
      - id: up.feed
        title: { en: Up, zh-CN: 在线 }
        http: ${settings}
        pass: 'true'
        fail: 'false'
`),
      PROBE_KINDS,
    ).catch((error: unknown) => error);

  test.each([
    ['no URL', '{ url: health }', /http.url: write a URL/],
    ['another protocol', '{ url: "file:///etc/passwd" }', /http.url: write a URL/],
    ['a password in the URL', '{ url: "http://a:hidden@b/" }', /http.url: a secret does not belong/],
    ['a secret header', '{ url: "http://b/", headers: { Authorization: hidden } }', /http.headers: a secret/],
    [
      'a header of the connection',
      '{ url: "http://b/", headers: { Host: c } }',
      /http.headers: it is not a header/,
    ],
    [
      'a header of two lines',
      '{ url: "http://b/", headers: { X-A: "b\\r\\nc" } }',
      /http.headers: it is not a header/,
    ],
  ])('for %s, in both languages and without the secret', async (_name, settings, expected) => {
    const error = await refusal(settings);
    const told = sentenceOf(error)?.en;
    expect(told).toMatch(expected);
    expect(told).not.toContain('hidden');
    expect(String(error)).not.toContain('hidden');
    expect(notInChinese(error)).toEqual([]);
  });

  test('for nothing where all is well', async () => {
    expect(
      await refusal('{ url: "https://feed.example/health", headers: { X-Asked-By: lobml } }'),
    ).toMatchObject({
      strategy: 'toy',
    });
  });
});
