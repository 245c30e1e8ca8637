import { type Bot, type BotProgram, startBot } from './bot.js';
import { ConfigError } from './config.js';
import { ConfigurationError } from './runbook/configuration-fault.js';
import { EXIT } from './subcommand.js';
import { redact } from './telemetry/redact.js';

/** Runs the bot until a signal ends it; the work in flight ends first. A second signal ends it at once. */
export async function runBot(program: BotProgram): Promise<void> {
  let bot: Bot;
  try {
    bot = await startBot(program);
  } catch (error) {
    process.stderr.write(`lobml cannot start:\n${describe(error)}\n`);
    process.exit(
      error instanceof ConfigError || error instanceof ConfigurationError ? EXIT.usage : EXIT.unavailable,
    );
  }
  const end = (signal: NodeJS.Signals) => {
    process.once(signal, () => process.exit(EXIT.internal));
    void bot.stop().then(
      () => process.exit(EXIT.ok),
      () => process.exit(EXIT.internal),
    );
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
}

function describe(error: unknown): string {
  return redact(error instanceof Error ? error.message : String(error));
}
