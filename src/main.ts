import { evidenceVerify } from '../commands/evidence.js';
import { home } from '../commands/home.js';
import { help, subcommands } from '../commands/index.js';
import { rollback } from '../commands/rollback.js';
import { selftest } from '../commands/selftest.js';
import packageJson from '../package.json' with { type: 'json' };
import { auditHeadView } from '../views/audit-head.js';
import { backtestView } from '../views/backtest-message.js';
import { brokenGlassView } from '../views/broken-glass.js';
import { deployIncidentView } from '../views/deploy-incident.js';
import { deployProgressView } from '../views/deploy-progress.js';
import { drillAlarmView, drillView } from '../views/drill.js';
import { unknownSubcommandView } from '../views/help.js';
import { confirmCallView, requestCallView } from '../views/release-call.js';
import { requestReportView } from '../views/release-request.js';
import { haltAllView } from '../views/rollback-all.js';
import { haltReportView } from '../views/rollback-report.js';
import { runReportView } from '../views/run-report.js';
import { say } from '../views/sentence.js';
import { terminalText } from '../views/terminal.js';
import { trainingView } from '../views/train-report.js';
import { watchCallView, watchEpisodeView } from '../views/watch-message.js';

/**
 * The only place that puts the surfaces, the commands and the views together. Without words it is the bot; with
 * words it is the terminal, which does not load Bolt.
 */
export async function main(words: readonly string[]): Promise<void> {
  if (words.length > 0) {
    const { runTerminal } = await import('./app/cli.js');
    process.exitCode = await runTerminal(words, {
      subcommands,
      killSwitch: rollback,
      selfTest: selftest,
      standAlone: [evidenceVerify],
      help,
      asText: terminalText,
      say,
      unknown: unknownSubcommandView,
      version: packageJson.version,
    });
    return;
  }
  const { runBot } = await import('./app/run-bot.js');
  await runBot({
    subcommands,
    say,
    unknown: unknownSubcommandView,
    home,
    messageViews: {
      run: runReportView,
      request: requestReportView,
      requestCall: requestCallView,
      confirmCall: confirmCallView,
      brokenGlass: brokenGlassView,
      progress: deployProgressView,
      incident: deployIncidentView,
      training: trainingView,
      backtest: backtestView,
      drill: drillView,
      drillAlarm: drillAlarmView,
      watch: { episode: watchEpisodeView, call: watchCallView },
    },
    auditHead: auditHeadView,
    haltReport: haltReportView,
    haltAllReport: haltAllView,
  });
}
