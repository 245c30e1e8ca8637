export const MASK = '[redacted]';

/** Words that make a name the name of a secret wherever they stand in it: `PGPASSWORD`, `secretKey`, `botTokens`. */
const TELLING_WORDS = [
  'SECRET',
  'PASSWORD',
  'PASSWD',
  'PASSPHRASE',
  'PRIVATE[_-]?KEY',
  'API[_-]?KEY',
  'ACCESS[_-]?KEY',
  // The id of an outcome token names what is traded, and is public.
  'TOKEN(?![_-]?IDS?(?![a-z]))',
  'CREDENTIAL',
  'MNEMONIC',
  'SEED[_-]?PHRASE',
  'AUTHORIZATION',
  'COOKIE',
  'WEBHOOK[_-]?URL',
];

/** Words that do so as a whole only: `DB_PASS` and not `bypass`, `auth` and not `author`. */
const SHORT_WORDS = [
  // `"PASS": 3` counts outcomes.
  'PASS(?!["\']\\s*:\\s*\\d)',
  'PWD',
  'AUTH',
  'DSN',
];

const NAME = `(?:${TELLING_WORDS.join('|')}|(?<![a-z])(?:${SHORT_WORDS.join('|')})(?![a-z]))`;
const SECRET_NAME = new RegExp(NAME, 'i');

/** Whether a name (of a variable, a field, a header) says that its value is nobody's business. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** What stands between the name and its value: `NAME=`, `NAME: `, `"name": `, `--name `. */
const BETWEEN = [
  // A key in quotes, as in JSON: its value may be null or a structure, of which each part is looked at by itself.
  String.raw`(?<quote>\\{0,3}["'])\s*(?:=>|[=:])\s*(?!(?:null|true|false)\b|[[{])`,
  String.raw`\s*(?:=>|[=:])\s*`,
  String.raw`[ \t]{1,8}(?<=--[\w.-]{1,160}[ \t]{1,8})(?!-)`,
].join('|');

/** The ways in which a value is written. In a line of JSON a quote that is not escaped ends it. */
const VALUE = [
  // The twelve to twenty-four words of a wallet's seed.
  String.raw`[a-z]{3,8}(?: [a-z]{3,8}){11,23}`,
  String.raw`"(?!\s*(?:[,}\]:]|$))(?:[^"\\\n]|\\.)*"?`,
  String.raw`'(?:[^'\\\n]|\\.)*'?`,
  String.raw`\\"(?:[^"\\\n]|\\\\\\.|\\[^"\\])*`,
  // A quote within a word belongs to the word.
  String.raw`(?:[^\s"'\\,;}\]]|\\.|["'](?=[^\s"',;:}\])]))+`,
].join('|');

/** Of an `Authorization` header, in front of what is secret. */
const SCHEME = String.raw`(?:(?:Bearer|Basic)\s+)?`;

const ASSIGNED = new RegExp(
  String.raw`(?<name>${NAME}[\w.-]{0,100}(?:${BETWEEN})(?!${SCHEME}["'\\]{0,4}\[(?:redacted|secret)\])${SCHEME})(?<value>${VALUE})`,
  'gi',
);

/** The value masked, in the quotes that it stood in, so that a line of JSON stays one. */
function masked(...found: unknown[]): string {
  const { name = '', quote, value = '' } = found.at(-1) as Readonly<Record<string, string | undefined>>;
  if (value.startsWith('\\"')) return `${name}\\"${MASK}`;
  const around = /^["']/.exec(value)?.[0] ?? quote ?? '';
  return `${name}${around}${MASK}${around}`;
}

/** Secrets by their looks, whatever they are called. */
const SHAPES: readonly (readonly [RegExp, string])[] = [
  // Up to its end, or as much of it as is there.
  [/-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^"]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|(?="|$))/g, MASK],
  // Slack: bot, user, app-level, refresh and configuration tokens.
  [/\bx(?:ox[a-z]|app)-[\w-]+/gi, MASK],
  // GitHub, GitLab and the like; AWS.
  [/\b(?:gh[opsru]_|github_pat_|glpat-|sk-)[\w-]{12,}/g, MASK],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{12,}/g, MASK],
  // A signed token (JWT).
  [/(?<![\w-])eyJ[\w-]+\.[\w-]+(?:\.[\w-]+)?/g, MASK],
  // An incoming webhook or response_url lets anybody post.
  [/(\/\/hooks\.slack\.com\/)[^\s"'<>\\]+/gi, `$1${MASK}`],
  [/(\/webhooks?\/)[^\s"'<>\\]+/gi, `$1${MASK}`],
  // Telegram's bots have their token in the address.
  [/(\/bot)\d{6,12}:[\w-]{30,}/g, `$1${MASK}`],
  // The password of an address: scheme://user:password@host. The last @ before the path ends it.
  [/(:\/\/[^\s:/@"'\\]{0,256}:)[^\s/"'\\]+(?=@)/g, `$1${MASK}`],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{6,}/gi, `$1 ${MASK}`],
  // A wallet's private key.
  [/\b0x[\da-f]{64,}\b/gi, MASK],
];

/**
 * Long runs of hexadecimal or base64 digits without a name: a wallet's key, or a line of a key file. In what the bot
 * itself writes they are SHA-256 sums, which people compare.
 */
const BARE_KEYS: typeof SHAPES = [
  [/\b[\da-f]{64,}\b/gi, MASK],
  [/(?<![A-Za-z0-9+/.])[A-Za-z0-9+/]{60,}={0,2}/g, MASK],
];

/**
 * The same text without tokens, passwords and keys, in time that grows with its length alone. It rather hides too
 * much. A line of JSON stays JSON.
 * @param author `host`: what a host's programs wrote, where a long number without a name is taken for a key as well
 */
export function redact(text: string, author: 'bot' | 'host' = 'bot'): string {
  const shapes = author === 'host' ? [...SHAPES, ...BARE_KEYS] : SHAPES;
  // Shapes first: a name masks one word, which may be but the beginning of a key.
  const shapeless = shapes.reduce((rest, [shape, mask]) => rest.replace(shape, mask), text);
  return shapeless.replace(ASSIGNED, masked);
}
