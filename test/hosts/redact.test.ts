import { expect, test } from '@jest/globals';
import { isSecretName, redact } from '../../src/hosts/redact.js';

test.each([
  ['PLOY_WALLET__PRIVATE_KEY=abc next', 'PLOY_WALLET__PRIVATE_KEY=[redacted] next'],
  ['{"api_key": "a b", "x": 1}', '{"api_key": [redacted], "x": 1}'],
  ['password: hunter22, user: ploy', 'password: [redacted], user: ploy'],
  ['postgres://ploy:p@ss@db/ploy', 'postgres://ploy:[redacted]@db/ploy'],
  ['Authorization: Bearer abcdef123456', 'Authorization: [redacted] [redacted]'],
  ['curl -H "Bearer abcdef123456"', 'curl -H "Bearer [redacted]"'],
  [`key 0x${'ab'.repeat(32)} end`, 'key [redacted] end'],
  ['xoxb-123-abc and xapp-1-A', '[redacted] and [redacted]'],
  ['eyJhbGciOi.eyJzdWIi.c2ln', '[redacted]'],
  [`-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY----- end`, '[redacted] end'],
  [`${'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC'.repeat(2)}`, '[redacted]'],
])('%j', (text, expected) => {
  expect(redact(text)).toBe(expected);
});

test.each([
  'loaded lob-ml onnx model model_type=onnx model_path=/opt/ploy/models/crypto/lob-2026-01-01.onnx input_dim=40',
  'ERROR bypass=1 author=me MODEL_PATH cannot be read (exit 3)',
])('leaves %j', (text) => {
  expect(redact(text)).toBe(text);
});

test('names that say that their value is secret', () => {
  const secret = ['DB_PASSWORD', 'SLACK_BOT_TOKEN', 'PLOY__PRIVATE_KEY', 'API_KEY', 'privatekey', 'PG_DSN'];
  expect(secret.filter((name) => !isSecretName(name))).toEqual([]);
  const open = ['PLOY_CRYPTO_LOB_ML__ENABLED', 'MODEL_PATH', 'AUTHOR', 'KEYBOARD', 'PASSIVE_MODE'];
  expect(open.filter(isSecretName)).toEqual([]);
});
