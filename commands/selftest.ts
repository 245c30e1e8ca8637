import type { Services } from '../src/app/services.js';
import { EXIT, type Subcommand } from '../src/conversation/subcommand.js';
import { selftestJson, selftestRunningView, selftestView } from '../views/selftest.js';
import { rejectWords } from './target-argument.js';

/** Shows that every check of the runbook can fail, and that its failure blocks. */
export const selftest: Subcommand<Services> = {
  name: 'selftest',
  audience: 'all',
  usage: '',
  surfaces: ['terminal'],
  async run(words, conversation, { selfTest }) {
    rejectWords(words, '');
    const { locale } = conversation;
    const message = await conversation.post(selftestRunningView(0, 0, locale));
    const report = await selfTest.run((done, of) => message.update(selftestRunningView(done, of, locale)));
    await message.finish(selftestView(report, locale));
    return { exitCode: report.isProved ? EXIT.ok : EXIT.noGo, json: selftestJson(report) };
  },
};
