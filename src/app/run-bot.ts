import { readLocale } from '../config/config.js';
import { EXIT } from '../conversation/subcommand.js';
import { explainStart } from '../doctor/explain-failure.js';
import { plainText } from '../domain/plain-text.js';
import { type Bot, startBot } from './bot.js';
import type { BotProgram } from './bot-program.js';

/** Runs the bot until a signal ends it; the work in flight ends first. A second signal ends it at once. */
export async function runBot(program: BotProgram): Promise<void> {
  let bot: Bot;
  try {
    bot = await startBot(program);
  } catch (error) {
    const { says, exitCode } = explainStart(error, { locale: readLocale(), say: program.say });
    process.stderr.write(`${plainText(says)}\n`);
    process.exit(exitCode);
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
