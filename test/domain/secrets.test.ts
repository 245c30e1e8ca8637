import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { isSecretName, redact } from '../../src/domain/secrets.js';

test.each([
  ['PLOY_WALLET__PRIVATE_KEY=abc next', 'PLOY_WALLET__PRIVATE_KEY=[redacted] next'],
  ['{"api_key": "a b", "x": 1}', '{"api_key": "[redacted]", "x": 1}'],
  ['password: hunter22, user: ploy', 'password: [redacted], user: ploy'],
  ['postgres://ploy:p@ss@db/ploy', 'postgres://ploy:[redacted]@db/ploy'],
  ['Authorization: Bearer abcdef123456', 'Authorization: Bearer [redacted]'],
  ['curl -H "Bearer abcdef123456"', 'curl -H "Bearer [redacted]"'],
  [`key 0x${'ab'.repeat(32)} end`, 'key [redacted] end'],
  ['xoxb-123-abc and xapp-1-A', '[redacted] and [redacted]'],
  ['eyJhbGciOi.eyJzdWIi.c2ln', '[redacted]'],
  [`-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY----- end`, '[redacted] end'],
  [`${'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC'.repeat(2)}`, '[redacted]'],
  ['PGPASSWORD=hunter2 psql', 'PGPASSWORD=[redacted] psql'],
  ['secretKey=abc123 next', 'secretKey=[redacted] next'],
  ['login --password hunter2 --user x', 'login --password [redacted] --user x'],
  ['AKIAIOSFODNN7EXAMPLE end', '[redacted] end'],
  ['post https://hooks.slack.com/services/T0/B0/xyz now', 'post https://hooks.slack.com/[redacted] now'],
  ['https://discord.com/api/webhooks/123/abcDEF', 'https://discord.com/api/webhooks/[redacted]'],
  [
    'https://api.telegram.org/bot123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw/sendMessage',
    'https://api.telegram.org/bot[redacted]/sendMessage',
  ],
  ['https://api.example/v1?apikey=abc123def&x=1', 'https://api.example/v1?apikey=[redacted]'],
])('%j', (text, expected) => {
  expect(redact(text, 'host')).toBe(expected);
  expect(redact(expected, 'host')).toBe(expected);
});

test.each([
  'loaded lob-ml onnx model model_type=onnx model_path=/opt/ploy/models/crypto/lob-2026-01-01.onnx input_dim=40',
  'ERROR bypass=1 author=me MODEL_PATH cannot be read (exit 3)',
])('leaves %j', (text) => {
  expect(redact(text, 'host')).toBe(text);
});

test('names that say that their value is secret', () => {
  const secret = [
    'DB_PASSWORD',
    'PGPASSWORD',
    'DB_PWD',
    'DB_PASS',
    'secretKey',
    'X-Api-Key',
    'SEED_PHRASE',
    'SLACK_BOT_TOKEN',
    'PLOY__PRIVATE_KEY',
    'API_KEY',
    'privatekey',
    'PG_DSN',
  ];
  expect(secret.filter((name) => !isSecretName(name))).toEqual([]);
  const open = [
    'token_id',
    'TOKEN_IDS',
    'BYPASS',
    'PLOY_CRYPTO_LOB_ML__ENABLED',
    'MODEL_PATH',
    'AUTHOR',
    'KEYBOARD',
    'PASSIVE_MODE',
  ];
  expect(open.filter(isSecretName)).toEqual([]);
});

test('what is no secret stays, and JSON stays JSON: counts, nothing, and structures whose parts are looked at', () => {
  const line = {
    PASS: 3,
    token: null,
    cookie: true,
    credentials: { user: 'a', password: 'hunterzq' },
    auth: ['b'],
  };
  const read = JSON.parse(redact(JSON.stringify(line)));
  expect(read).toEqual({ ...line, credentials: { user: 'a', password: '[redacted]' } });
  const nested = JSON.stringify({ msg: JSON.stringify({ password: 'a"b\\c', n: 1, token: 12 }) });
  expect(JSON.parse(JSON.parse(redact(nested)).msg)).toEqual({
    password: '[redacted]',
    n: 1,
    token: '[redacted]',
  });
});

test.each([
  'a',
  '.a',
  'token',
  'token ',
  'password=',
  'password="',
  "password='\\",
  'password=\\"',
  '--password ',
  '--token-',
  'pass-',
  'token--',
  'eyJ-',
  'eyJa.',
  '-----BEGIN PRIVATE KEY',
  '-----BEGIN PRIVATE KEY-----',
  '-----END ',
  '://a:',
  '://',
  'a@',
  'Bearer ',
  '/webhook/',
  'abcdef0123',
  'abandon ',
  'password=abandon ',
  '\\',
  '"',
])('a text of many %j is read to its end', (part) => {
  const text = part.repeat(2_000_000 / part.length);
  // Whatever takes more than a step a letter does not come back from this at all.
  const read = runInNewContext("redact(text, 'host')", { redact, text }, { timeout: 30_000 });
  expect(read.length).toBeLessThan(12 * text.length);
});
