import type { Services } from '../src/app/services.js';
import { EXIT, type Subcommand } from '../src/conversation/subcommand.js';
import type { SelfTestReport } from '../src/selftest/self-test.js';
import { selftestJson, selftestRunningView, selftestView } from '../views/selftest.js';
import { rejectWords } from './target-argument.js';

/** Shows that every check of each runbook can fail, and that its failure blocks. */
export const selftest: Subcommand<Services> = {
  name: 'selftest',
  audience: 'all',
  usage: '',
  surfaces: ['terminal'],
  async run(words, conversation, { selfTests }) {
    rejectWords(words, '');
    const { locale } = conversation;
    const reports: SelfTestReport[] = [];
    // One after the other: a report is read while the next runbook is tried.
    for (const selfTest of selfTests) {
      const message = await conversation.post(selftestRunningView(0, 0, locale));
      const report = await selfTest.run((done, of) => message.update(selftestRunningView(done, of, locale)));
      await message.finish(selftestView(report, locale, selfTests.length > 1));
      reports.push(report);
    }
    const isProved = reports.every((report) => report.isProved);
    return { exitCode: isProved ? EXIT.ok : EXIT.noGo, json: selftestJson(reports) };
  },
};
