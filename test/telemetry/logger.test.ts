import { expect, test } from '@jest/globals';
import { Secret } from '../../src/config/secret.js';
import { plainText } from '../../src/domain/plain-text.js';
import { redact } from '../../src/domain/secrets.js';
import { createLogger } from '../../src/telemetry/logger.js';

test.each([
  ['token xoxb-12-ab_C refused', 'token [redacted] refused'],
  ['xapp-1-A0-99-ff', '[redacted]'],
  ['postgres://bot:p:w@x@db:5432/x', 'postgres://bot:[redacted]@db:5432/x'],
  ['https://hooks.slack.com/commands/T1/2/abc', 'https://hooks.slack.com/[redacted]'],
  ['Authorization: Bearer abcdefgh123', 'Authorization: Bearer [redacted]'],
  ['PLOY_WALLET_PRIVATE_KEY=abc rest', 'PLOY_WALLET_PRIVATE_KEY=[redacted] rest'],
  [`key 0x${'ab'.repeat(32)}`, 'key [redacted]'],
  ['a -----BEGIN OPENSSH PRIVATE KEY-----\nx\n-----END OPENSSH PRIVATE KEY----- b', 'a [redacted] b'],
  ['{"signingSecret":"a\\"b","n":1}', '{"signingSecret":"[redacted]","n":1}'],
])('%s is redacted', (text, expected) => {
  expect(redact(text)).toBe(expected);
});

test.each([
  `sha256 ${'ab'.repeat(32)}`,
  'PLOY_CRYPTO_LOB_ML__MODEL_PATH=/opt/ploy/models/crypto/a.onnx',
  'https://db.example:5432/path @ noon',
  '{"token_id":"123","market":"btc"}',
])('%s stays', (text) => {
  expect(redact(text)).toBe(text);
});

test('a line holds no secret, whether in a message, a field or an error', () => {
  const lines: string[] = [];
  const logger = createLogger({ level: 'info', to: { write: (line) => lines.push(line) } });
  const cause = new Error('connect postgres://u:hunter2@db/x failed');
  logger.error(
    { err: cause, headers: { Authorization: 'hunter2' }, token: new Secret('hunter2') },
    'xoxb-hunter2',
  );
  expect(lines).toHaveLength(1);
  expect(lines.join()).not.toContain('hunter2');
  expect(JSON.parse(lines.join())).toMatchObject({ level: 'error', name: 'lobml', token: '[secret]' });
});

test('a line holds no byte that could steer the terminal of whoever reads the log, and loses none', () => {
  const lines: string[] = [];
  const logger = createLogger({ level: 'info', to: { write: (line) => lines.push(line) } });
  const said = 'x\u009b31m\u202egnp\u2028\ufeff\u001b]0;title\u0007';
  logger.warn({ err: new Error(said), [said]: said }, said);
  expect(lines.join()).toBe(plainText(lines.join()));
  expect(JSON.parse(lines.join())).toMatchObject({ msg: said, [said]: said, err: { message: said } });
});
