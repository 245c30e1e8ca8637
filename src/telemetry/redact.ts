const GONE = '[redacted]';

/**
 * What must never be written, wherever it stands in a text: also inside an error's message or a JSON string, where
 * a rule by field name would not see it.
 */
const RULES: readonly (readonly [RegExp, string])[] = [
  // Slack: bot, user, app-level, refresh and configuration tokens.
  [/\bx(?:ox[a-z]|app)-[\w-]+/gi, GONE],
  // A response_url or incoming webhook lets anybody post.
  [/(\/\/hooks\.slack\.com\/)[^\s"'<>\\]+/gi, `$1${GONE}`],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, GONE],
  // The password of an address: scheme://user:password@host. The last @ before the path ends it.
  [/(\b[a-z][a-z\d+.-]*:\/\/[^\s:/@"'\\]*:)[^\s/"'\\]+(?=@)/gi, `$1${GONE}`],
  [/(\b(?:Bearer|Basic)\s+)[\w.~+/=-]{8,}/gi, `$1${GONE}`],
  // A wallet's private key; SHA-256 sums are written without 0x and stay.
  [/\b0x[\da-f]{64}\b/gi, GONE],
  // NAME=value of an environment file, where the name tells.
  [
    /(\b[A-Z\d_]*(?:SECRET|PASSWORD|PASSPHRASE|PRIVATE_KEY|API_KEY|TOKEN|MNEMONIC)[A-Z\d_]*\s*=\s*)[^\s"',;\\]+/g,
    `$1${GONE}`,
  ],
  // "name":"value" of JSON, where the name tells.
  [
    /("[^"\\]*(?:secret|password|passphrase|private_?key|api_?key|authorization|cookie|(?:bot|app|access|refresh)_?token|mnemonic)[^"\\]*"\s*:\s*)"(?:[^"\\]|\\.)*"/gi,
    `$1"${GONE}"`,
  ],
];

/** The same text without tokens, passwords and keys. */
export function redact(text: string): string {
  return RULES.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), text);
}
