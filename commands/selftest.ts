import type { SelfTestServices } from '../src/app/self-tests.js';
import { parseFlags } from '../src/conversation/flags.js';
import { EXIT, type Subcommand } from '../src/conversation/subcommand.js';
import type { SelfTestReport } from '../src/domain/self-test.js';
import { selftestJson, selftestRunningView, selftestView } from '../views/selftest.js';
import { rejectWords } from './target-argument.js';

const usage = '[--strict]';

/** Shows that every check of each runbook can fail, and that its failure blocks; `--strict`: that every part of it counts. */
export const selftest: Subcommand<SelfTestServices> = {
  name: 'selftest',
  audience: 'all',
  usage,
  surfaces: ['terminal'],
  async run(words, conversation, { selfTests }) {
    const { rest, switches } = parseFlags(words, [], ['--strict']);
    rejectWords(rest, usage);
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
    const isUnproved = switches.has('--strict') && reports.some(({ unnoticed }) => unnoticed.length > 0);
    return { exitCode: isProved && !isUnproved ? EXIT.ok : EXIT.noGo, json: selftestJson(reports) };
  },
};
