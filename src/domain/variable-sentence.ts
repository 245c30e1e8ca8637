type NoFacts = Readonly<Record<never, never>>;

/** What is wrong with a variable of the environment. Never holds the value of a secret. */
export interface VariableFacts {
  address_unencoded: NoFacts;
  app_token_shape: NoFacts;
  bot_token_missing: NoFacts;
  bot_token_shape: NoFacts;
  database_url_shape: NoFacts;
  http_address_shape: NoFacts;
  port_shape: NoFacts;
  lag_shape: NoFacts;
  listen_address_shape: NoFacts;
  metrics_listen_shape: NoFacts;
  watch_interval_shape: NoFacts;
  port_too_high: NoFacts;
  signing_secret_shape: NoFacts;
  sslmode_unknown: NoFacts;
  token_refused: { readonly code: string };
  trading_url_shape: NoFacts;
  training_url_shape: NoFacts;
  transport_missing: NoFacts;
  value_unknown: { readonly value: string; readonly known: readonly string[] };
}
