import { resolve } from 'node:path';
import type { BotConfig } from '../config/config.js';
import type { Sentence } from '../domain/sentence.js';
import type { BotProgram } from './bot-program.js';
import type { Services } from './services.js';

/** Where incidents are told: what another account has left in the bot's folder nobody goes on with. @throws what refused the post */
export async function tellUnreadable(
  files: readonly string[],
  { targets, postIn }: Pick<Services, 'targets' | 'postIn'>,
  { say }: Pick<BotProgram, 'say'>,
  { dataDir, locale }: Pick<BotConfig, 'dataDir' | 'locale'>,
): Promise<void> {
  const { incidents, reports } = targets.targets.get(targets.defaultTarget)?.channels ?? {};
  const channel = incidents ?? reports;
  if (channel === undefined) return;
  const folder = resolve(dataDir);
  const sentences: readonly Sentence[] = [
    { code: 'files_withheld', facts: { paths: files.join(', ') } },
    { code: 'do_take_files', facts: { folder } },
  ];
  const text = `🚨 ${sentences.map((sentence) => say(sentence, locale)).join(' ')}`;
  const message = await postIn?.(channel, { text, blocks: [] });
  await message?.finish({ text, blocks: [] });
}
