import type { Sentences } from '../../../src/domain/sentence.js';
import type { VariableFacts } from '../../../src/domain/variable-sentence.js';

/** After the name of the variable. */
export const variable: Sentences<VariableFacts> = {
  address_unencoded: () =>
    'cannot be read as an address. A # / ? % or @ in its user or password must be percent-encoded (%23 %2F %3F %25 %40), and the port is a number; in a .env file a # also begins a comment.',
  app_token_shape: () =>
    'does not look like an app-level token (xapp-…). Create one with connections:write under "Basic Information".',
  bot_token_missing: () =>
    'is not set. Install the Slack app and copy the token (xoxb-…) from "OAuth & Permissions".',
  bot_token_shape: () =>
    'does not look like a bot token (xoxb-…). Copy it from "OAuth & Permissions" of the Slack app.',
  database_url_shape: () =>
    'is not a postgres:// address. Correct it, or leave it empty for the embedded database.',
  http_address_shape: () => 'is not an http(s) address. Leave it empty for Slack.',
  port_shape: () => 'is not a port number. Give one from 0 (any free port) to 65535.',
  watch_interval_shape: () =>
    'is no interval. Say whole seconds from 1 to 3600, for a trial; leave it empty, and each target has its own.',
  lag_shape: () =>
    'is no number of seconds. Give one such as 5, or leave it empty: then a standby is no source.',
  listen_address_shape: () =>
    'is no IP address. Give one of this machine, such as 127.0.0.1, or 0.0.0.0 for all of them.',
  metrics_listen_shape: () => 'is no IP address with a port. Write it as 127.0.0.1:9464 or [::1]:9464.',
  port_too_high: () => 'is above 65535, the highest port. Give a lower one.',
  signing_secret_shape: () =>
    'does not look like a signing secret. Copy it from "Basic Information" of the Slack app.',
  sslmode_unknown: () =>
    'names an sslmode that does not exist. Known are disable, prefer, require, verify-ca, verify-full and no-verify (docs/operations/environment.md).',
  token_refused: ({ code }) =>
    `is refused by Slack (${code}). Copy the token of this app again, and install the app once more.`,
  trading_url_shape: () =>
    'is not a postgres:// address. Correct it; left empty, every SQL check ends as ERROR.',
  training_url_shape: () =>
    'is not a postgres:// address. Correct it; left empty, a trainer gets TRADING_DATABASE_URL with its bounds.',
  transport_missing: () => 'neither is set. Set the first (xapp-…) for Socket Mode, or the second for HTTP.',
  value_unknown: ({ value, known }) => `"${value}" is not one of ${known.join(', ')}.`,
};
