const MASK = '[redacted]';

const SECRET_WORDS =
  'SECRET|TOKEN|PASSWORD|PASSWD|PASSPHRASE|PASS|PWD|PRIVATE_?KEY|API_?KEY|ACCESS_?KEY|CREDENTIALS?|MNEMONIC|SEED_?PHRASE|AUTH|AUTHORIZATION|COOKIE|DSN';

const SECRET_NAME = new RegExp(`(?:^|[_.-])(?:${SECRET_WORDS})(?:$|[_.-])|PRIVATEKEY|APIKEY`, 'i');

/** Whether a variable's name says that its value is nobody's business. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

const RULES: readonly (readonly [RegExp, string])[] = [
  // A key file printed in one piece; printed line by line it is caught by the rule for long base64 below.
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, MASK],
  [/\b([a-z][a-z0-9+.-]*:\/\/[^\s/:@]*):[^\s/]+@/gi, `$1:${MASK}@`],
  [/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{6,}/gi, `$1 ${MASK}`],
  // NAME=value, NAME: value, "name": "value"
  [
    new RegExp(
      `((?<![A-Za-z])(?:[\\w.-]*[_.-])?(?:${SECRET_WORDS})(?:[_.-][\\w.-]*)?["']?\\s*[=:]\\s*)("[^"]*"|'[^']*'|[^\\s,;}\\]]+)`,
      'gi',
    ),
    `$1${MASK}`,
  ],
  [/\bx(?:ox[a-z]|app)-[A-Za-z0-9-]+/g, MASK],
  [/\b(?:gh[opsru]_|github_pat_|sk-|AKIA)[A-Za-z0-9_-]{12,}/g, MASK],
  [/\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)?/g, MASK],
  [/\b(?:0x)?[0-9a-f]{64,}\b/gi, MASK],
  [/(?<![A-Za-z0-9+/.])[A-Za-z0-9+/]{60,}={0,2}/g, MASK],
];

/**
 * A text of a host (a log line, a program's last words) as it may be shown and stored: values behind names that
 * look secret, passwords in URLs, keys and tokens are masked. It rather hides too much.
 */
export function redact(text: string): string {
  return RULES.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), text);
}
