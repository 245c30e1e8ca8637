import { readFileSync } from 'node:fs';
import { rollback as rollbackCommand } from '../../../commands/rollback.js';
import { createLocalSlack, type LocalSlack } from '../../../sandbox/slack/local-slack.js';
import { loadConfig } from '../../../src/config/config.js';
import { createHaltAnnouncer } from '../../../src/halt/announce-halt.js';
import type { KillSwitch } from '../../../src/halt/kill-switch.js';
import type { KillSwitchServices } from '../../../src/halt/kill-switch-services.js';
import { SlackOperatorGate } from '../../../src/halt/operator-gate.js';
import type { PreviousModel } from '../../../src/halt/previous-model.js';
import { parseTargets } from '../../../src/runbook/targets.js';
import { createSlackApp } from '../../../src/slack/app.js';
import { createSlackConnection } from '../../../src/slack/connection.js';
import { isPlaceRefusal } from '../../../src/slack/failure.js';
import { createLogger } from '../../../src/telemetry/logger.js';
import { createMetrics } from '../../../src/telemetry/metrics.js';
import { systemClock } from '../../../src/time/clock.js';
import { haltReportView } from '../../../views/rollback-report.js';
import { say } from '../../../views/sentence.js';
import { createClaims } from '../../slack/support/test-app.js';
import { type HaltingBench, ONE_ALONE } from './halting.js';

const manifest = JSON.parse(readFileSync(new URL('../../../manifest.json', import.meta.url), 'utf8'));
export const RELEASES = 'C0RELEASES';

export interface HaltingApp {
  readonly slack: LocalSlack;
  /** Texts of what stands in the reports' channel for everybody. */
  reports(): readonly string[];
  /** What a person alone was told. */
  whispers(person: string): readonly string[];
  /** Shows *Disable now* and *Previous model* as `person`. @returns where they stand. */
  showButtons(person: string): Promise<{ readonly channel: string; readonly ts: string }>;
  end(): Promise<void>;
}

/** A local Slack, and the bot's own Slack side over the kill switch of the bench's hosts. */
export async function startHaltingApp(
  bench: HaltingBench,
  killSwitch: KillSwitch,
  previousModel: PreviousModel = { plan: async () => ({ kind: 'none' }), putBack: async () => {} },
): Promise<HaltingApp> {
  const slack = createLocalSlack({ scopes: manifest.oauth_config.scopes.bot, rateLimits: false });
  await slack.start();
  const logger = createLogger({ level: 'silent', to: 'stderr' });
  const environment = {
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    SLACK_API_URL: slack.apiUrl,
    PORT: '0',
  };
  const config = loadConfig(environment, { role: 'bot' });
  const clock = systemClock;
  const connection = createSlackConnection({ config: config.slack, logger, clock });
  const targets = parseTargets('targets.yaml', Buffer.from(bench.targetsText));
  const operators = new SlackOperatorGate({
    targets,
    askGroup: async (group) => (await connection.directory.groupMembers(group)).ids,
    clock,
  });
  const announcer = createHaltAnnouncer({
    ...ONE_ALONE,
    targets: targets.targets,
    view: (halt, options) => haltReportView(halt, { locale: 'en', ...options }),
    operators: operators.who,
    open: (channel, ref) => connection.urgentMessage({ channel }, ref),
    find: (channel, key, sinceMs) => connection.urgentPoster.find({ channel }, key, sinceMs),
    isRefused: isPlaceRefusal,
    clock,
    logger,
  });
  const app = createSlackApp<KillSwitchServices>({
    config,
    connection,
    subcommands: [rollbackCommand],
    services: {
      killSwitch,
      targets,
      previousModel,
      operators,
      announceHalt: (handle, channel, direct) => announcer.announce(handle, channel, direct),
      refreshHalt: (record) => announcer.refresh(record),
    },
    say,
    onUnknown: async () => {},
    claimDelivery: createClaims(),
    dependencies: {},
    logger,
    metrics: createMetrics(),
    clock,
  });
  await app.start();
  const everybody = () => slack.messages(RELEASES);
  return {
    slack,
    reports: () => everybody().map(({ text }) => text),
    whispers: (person) =>
      slack.messages(RELEASES, person).flatMap(({ ephemeralFor, text }) => (ephemeralFor ? [text] : [])),
    async showButtons(person) {
      await slack.runCommand(person, RELEASES, '/lobml rollback live');
      const { ts } = await slack.waitFor(() =>
        everybody().find(({ blocks }) => JSON.stringify(blocks).includes('rollback:disable')),
      );
      return { channel: RELEASES, ts };
    },
    async end() {
      await app.stop();
      await slack.stop();
    },
  };
}
