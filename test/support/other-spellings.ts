/** Other texts that Node's lenient base64 decodes to the same bytes: unused bits, padding, alphabet, blanks. */
export function otherSpellings(base64: string): readonly string[] {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const digits = base64.replace(/=+$/, '');
  const next = alphabet[alphabet.indexOf(digits.at(-1) ?? '') + 1] ?? '';
  const padding = base64.slice(digits.length);
  return [
    `${digits.slice(0, -1)}${next}${padding}`,
    digits,
    `${base64}=`,
    `${base64}AAAA`,
    ` ${base64}`,
    base64.replaceAll('+', '-').replaceAll('/', '_'),
  ].filter((other) => other !== base64 && Buffer.from(other, 'base64').equals(Buffer.from(base64, 'base64')));
}
