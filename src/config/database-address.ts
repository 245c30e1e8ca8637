const SCHEME = /^postgres(?:ql)?:\/\//;

/** What node-pg knows; anything else it would take for `verify-full` without a word. */
const SSL_MODES = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'] as const;

/** What is wrong with an address of a database; never says any part of it. */
type AddressFault = 'no_address' | 'unencoded' | 'sslmode_unknown';

export function databaseAddressFault(text: string): AddressFault | undefined {
  if (!SCHEME.test(text)) return 'no_address';
  if (isCutWrong(text) || !URL.canParse(text)) return 'unencoded';
  const mode = new URL(text).searchParams.get('sslmode');
  return mode === null || SSL_MODES.some((known) => known === mode) ? undefined : 'sslmode_unknown';
}

/**
 * A `#`, `/` or `?` of a password ends what stands before the host, so that the rest is read as something else: the user
 * as the host, the password as a port. A `%` is the beginning of a sign that was encoded.
 */
function isCutWrong(text: string): boolean {
  const rest = text.replace(SCHEME, '');
  if (rest.includes('#')) return true;
  const [authority = ''] = rest.split(/[/?]/, 1);
  const [path = ''] = rest.slice(authority.length).split('?', 1);
  const query = rest.slice(authority.length + path.length);
  const [firstName = ''] = query.split('=', 1);
  const account = authority.slice(0, Math.max(authority.lastIndexOf('@'), 0));
  return path.includes('@') || firstName.includes('@') || /%(?![\da-f]{2})/i.test(account);
}

/**
 * The weaker modes are taken as `verify-full`, as node-pg 8 does (with a warning on stderr at each start): this says so
 * once and for all, whichever version comes. Who wants libpq's own meaning writes `uselibpqcompat=true`.
 */
export function pinnedSslMode(text: string): string {
  if (/[?&]uselibpqcompat=true(?:&|$)/.test(text)) return text;
  return text.replace(/([?&]sslmode=)(?:prefer|require|verify-ca)(?=&|$)/, '$1verify-full');
}
