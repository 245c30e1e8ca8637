import { describe, expect, test } from '@jest/globals';
import { ConfigError, loadConfig } from '../../src/config/config.js';
import { say } from '../../views/sentence.js';

/** What the start says of the address, in both languages; '' where it takes it. */
function told(variable: string, url: string): readonly string[] {
  try {
    loadConfig({ [variable]: url }, { role: 'terminal' });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.faults.flatMap(({ fault }) => [say(fault, 'en'), say(fault, 'zh-CN')]);
  }
}

describe.each(['DATABASE_URL', 'TRADING_DATABASE_URL'])('the address in %s', (variable) => {
  test.each([
    'postgres://reader:hun#ter2@db:5432/ploy',
    'postgres://reader:hun/ter2@db:5432/ploy',
    'postgres://reader:hun?ter2@db:5432/ploy',
    'postgres://reader:hun%ter2@db:5432/ploy',
    'postgres://reader:hunter2%@db:5432/ploy',
    // What begins like a port is taken for one.
    'postgres://reader:12#ter2@db:5432/ploy',
    'postgres://reader:12/ter2@db:5432/ploy',
    'postgres://reader:12?ter2@db:5432/ploy',
    'postgres://reader:a@b/ter2@db:5432/ploy',
    // As a .env file leaves it, where the sign began a comment.
    'postgres://reader:hun',
  ])('%s: a sign of the password is not encoded, and nothing of it is shown', (url) => {
    const [english = '', chinese = ''] = told(variable, url);
    expect(english).toContain('percent-encoded');
    expect(chinese).toContain('百分号编码');
    expect(english + chinese).not.toMatch(/hun|ter2|reader/);
  });

  test.each([
    'postgres://reader:hun%23ter%2F2%3F%25%40@db:5432/ploy',
    'postgres://reader:hun@ter2@db:5432/ploy',
    'postgres://db/ploy?application_name=a@b',
    'postgres://db/ploy?sslmode=verify-full&sslrootcert=/etc/ca.crt',
    'postgresql:///ploy?host=/var/run/postgresql',
    'postgres://reader@db',
  ])('%s is one', (url) => {
    expect(told(variable, url)).toEqual([]);
  });

  test('names an sslmode that does not exist', () => {
    const [english, chinese] = told(variable, 'postgres://db/ploy?sslmode=verify_full');
    expect(english).toMatch(/Known are disable, .*verify-full/);
    expect(chinese).toMatch(/可用的有 disable/);
  });

  test('no address at all', () => {
    expect(told(variable, 'mysql://db/ploy')[0]).toContain('postgres://');
  });
});

test.each([
  ['prefer', 'verify-full'],
  ['require', 'verify-full'],
  ['verify-ca', 'verify-full'],
  ['verify-full', 'verify-full'],
  ['disable', 'disable'],
  ['no-verify', 'no-verify'],
])('sslmode=%s is taken as %s', (written, taken) => {
  const url = (mode: string) => `postgres://db/ploy?sslmode=${mode}&connect_timeout=3`;
  const { databaseUrl } = loadConfig({ DATABASE_URL: url(written) }, { role: 'terminal' });
  expect(databaseUrl?.reveal()).toBe(url(taken));
  const compatible = `${url(written)}&uselibpqcompat=true`;
  expect(loadConfig({ DATABASE_URL: compatible }, { role: 'terminal' }).databaseUrl?.reveal()).toBe(
    compatible,
  );
});
