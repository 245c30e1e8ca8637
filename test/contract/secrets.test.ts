import { expect, test } from '@jest/globals';
import { redactEvent } from '../../src/audit/redact-details.js';
import { evaluateProofOfStart } from '../../src/hosts/managers/proof-of-start.js';
import { createLogger } from '../../src/telemetry/logger.js';

/** Whoever writes down a text masks the same secrets: the log, a quote of a host, an event of the audit trail. */

const SECRET = 'hunterzq';

function logged(text: string): string {
  const lines: string[] = [];
  const logger = createLogger({ level: 'info', to: { write: (line) => lines.push(line) } });
  logger.info({ detail: text, err: new Error(text) }, text);
  for (const line of lines) JSON.parse(line);
  return lines.join('');
}

function quoted(text: string): string {
  const at = new Date('2026-01-01T12:00:01Z');
  const status = {
    activeState: 'active',
    subState: 'running',
    mainPid: 2,
    invocationId: 'i',
    restarts: 0,
    execMainStatus: 0,
    activeSince: at,
  } as const;
  const plan = {
    before: { ...status, mainPid: 1 },
    restartedAt: new Date('2026-01-01T12:00:00Z'),
    environment: new Map<string, string>(),
    loadedLine: undefined,
    errorLines: [/.*/],
    restartSecMs: 5_000,
    timeoutMs: 60_000,
  };
  const look = {
    at,
    status: { ...status, activeState: 'failed', mainPid: 0 } as const,
    environment: new Map<string, string>(),
    log: [{ at, text }],
  };
  return JSON.stringify(evaluateProofOfStart(plan, [look], at));
}

function audited(text: string): string {
  return JSON.stringify(
    redactEvent({
      eventId: '6b8f8c1e-0000-4000-8000-000000000000',
      strategy: 's',
      kind: 'k',
      target: null,
      actor: { id: 'U1', name: 'alice', surface: 'slack' },
      at: '2026-01-01T12:00:00.000Z',
      reason: text,
      details: { said: [text], deep: { text } },
    }),
  );
}

const LONG = `${SECRET}${SECRET}`;

test.each([
  `DB_PASSWORD=${SECRET}`,
  `DB_PASSWD=${SECRET}`,
  `DB_PWD=${SECRET}`,
  `DB_PASS=${SECRET}`,
  `PGPASSWORD=${SECRET}`,
  `SENTRY_DSN=https://${SECRET}@sentry.example/1`,
  `AWS_CREDENTIALS=${SECRET}`,
  `SEED_PHRASE=${SECRET}`,
  `MNEMONIC=abandon ability able about above absent absorb abstract absurd abuse access ${SECRET}`,
  `BASIC_AUTH: ${SECRET}`,
  `SLACK_BOT_TOKEN=${SECRET}`,
  `secretKey=${SECRET}`,
  `{"secretKey":"${SECRET}"}`,
  `{"accessToken": "${SECRET} b", "n": 1}`,
  `{"session_cookie":"a\\"${SECRET}"}`,
  `password: ${SECRET}, user: ploy`,
  `password='a ${SECRET}'`,
  `password="a ${SECRET}"`,
  `PASSWORD=a"${SECRET}`,
  `PASSWORD=a\\${SECRET}`,
  `ploy --password ${SECRET} --verbose`,
  `ploy --db-password=${SECRET}`,
  `X-Api-Key: ${SECRET}`,
  `Authorization: Bearer ${SECRET}`,
  `Authorization: ${SECRET}`,
  `curl -H "Bearer ${SECRET}"`,
  `postgres://ploy:${SECRET}@db/ploy`,
  `postgres://ploy:p@${SECRET}@db/ploy`,
  `https://hooks.slack.com/services/T1/B2/${SECRET}`,
  `https://discord.com/api/webhooks/1/${SECRET}`,
  `xoxb-1-${SECRET}`,
  `xapp-1-${SECRET}`,
  `ghp_${LONG}`,
  `github_pat_${LONG}`,
  `sk-${LONG}`,
  `AKIA${LONG.toUpperCase()}`,
  `eyJhbGciOi.${SECRET}.c2ln`,
  `-----BEGIN PRIVATE KEY-----\n${SECRET}\n-----END PRIVATE KEY-----`,
  `-----BEGIN RSA PRIVATE KEY-----\n${SECRET}`,
])('%j is masked in the log, in a quote of a host and in the audit trail', (text) => {
  const told = { logged: logged(text), quoted: quoted(text), audited: audited(text) };
  const leaks = Object.entries(told).filter(([, written]) => /hunterzq/i.test(written));
  expect(leaks).toEqual([]);
  expect(Object.values(told).filter((written) => !written.includes('[redacted]'))).toEqual([]);
});

const KEY = 'ab'.repeat(32);

test('a wallet key is masked everywhere; a bare one, which could be a SHA-256 sum, only where a host wrote it', () => {
  for (const write of [logged, quoted, audited]) expect(write(`key 0x${KEY}`)).not.toContain(KEY);
  expect(quoted(KEY)).not.toContain(KEY);
  expect(logged(`sha256 ${KEY}`)).toContain(KEY);
  expect(audited(KEY)).toContain(KEY);
});

test('an ordinary line stays as it is, and so does the id of an outcome token, which is public', () => {
  const line =
    'bypass=1 author=me token_id=123 MODEL_PATH=/opt/ploy/models/a.onnx https://db.example:5432/p @ noon';
  for (const write of [logged, quoted, audited]) expect(write(line)).toContain(line);
});
