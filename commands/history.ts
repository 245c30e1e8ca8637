import { z } from 'zod';
import type { Services } from '../src/app/services.js';
import { UsageError, UserError } from '../src/conversation/errors.js';
import { type FlagValue, parseFlags } from '../src/conversation/flags.js';
import {
  type Click,
  type Conversation,
  EXIT,
  type Subcommand,
  type SubcommandResult,
} from '../src/conversation/subcommand.js';
import type { HistoryPlace } from '../src/domain/history-page.js';
import { verdictNow } from '../src/domain/verdict.js';
import { readHistoryPage } from '../src/status/run-history.js';
import {
  historyView,
  NEWER_ACTION,
  OLDER_ACTION,
  OPEN_DRILL_ACTION,
  OPEN_HALT_ACTION,
  OPEN_RELEASE_ACTION,
} from '../views/history.js';
import { runJson } from '../views/run-json.js';
import { runReportView } from '../views/run-report.js';
import { type EntryServices, openEntry, storedEntry } from './history-entry.js';
import { type IncidentServices, showIncident } from './history-incident.js';
import { parseTarget } from './target-argument.js';

type HistoryServices = Pick<
  Services,
  'runbook' | 'targets' | 'runs' | 'releaseHistory' | 'acknowledgements' | 'changeMessage' | 'now'
> &
  Pick<IncidentServices, 'audit'> &
  Pick<EntryServices, 'drills'>;

const usage = '[target] [--before ID] [--run ID] | --incident ID [--markdown]';
const turnSchema = z.object({ target: z.string(), id: z.string() });

/** Runs, releases, halts and drills of a target, newest first, each opening its stored report. */
export const history: Subcommand<HistoryServices> = {
  name: 'history',
  audience: 'all',
  usage,
  async run(words, conversation, services) {
    if (words[0] === '--incident') return showIncident(words, conversation, services);
    const { rest, values } = parseFlags(words, ['--before', '--run']);
    const before = lastOf('--before', values.get('--before'));
    const runId = lastOf('--run', values.get('--run'));
    const target = parseTarget(rest, services.targets, usage).name;
    if (runId !== undefined) return showRun(runId, target, conversation, services);
    const place: HistoryPlace = before === undefined ? { kind: 'newest' } : { kind: 'before', id: before };
    const page = await pageOf(target, place, conversation, services);
    if (page === undefined) throw new UserError('unknown_place', { id: before ?? '' });
    const message = await conversation.post(page.report);
    await message.finish(page.report);
    return { exitCode: EXIT.ok, json: page.json };
  },
  actions: {
    [OLDER_ACTION]: (click, services) => turnPage('before', click, services),
    [NEWER_ACTION]: (click, services) => turnPage('after', click, services),
    [OPEN_RELEASE_ACTION]: openEntry,
    [OPEN_HALT_ACTION]: openEntry,
    [OPEN_DRILL_ACTION]: openEntry,
  },
};

async function pageOf(
  target: string,
  place: HistoryPlace,
  conversation: Conversation,
  services: HistoryServices,
) {
  const subject = { strategy: services.runbook.strategy, target };
  const page = await readHistoryPage(
    { runs: services.runs, releases: services.releaseHistory },
    subject,
    place,
  );
  if (page === undefined) return undefined;
  const { locale, person } = conversation;
  const report = historyView(subject, page, { locale, showIds: person.surface === 'terminal' });
  const { lines, hasOlder, hasNewer } = page;
  const runs = lines.flatMap((line) => (line.kind === 'run' ? [line.run] : []));
  const releases = lines.filter((line) => line.kind === 'release');
  const halts = lines.filter((line) => line.kind === 'halt');
  const drills = lines.filter((line) => line.kind === 'drill');
  return { report, json: { ...subject, runs, releases, halts, drills, hasOlder, hasNewer } };
}

/** Turns the page in the message itself; where that cannot be changed, the page is a new message. */
async function turnPage(kind: 'before' | 'after', click: Click, services: HistoryServices): Promise<void> {
  const { target, id } = turnSchema.parse(JSON.parse(click.value));
  const page = await pageOf(target, { kind, id }, click, services);
  if (page === undefined) throw new UserError('page_gone', {});
  if (click.message !== undefined && services.changeMessage !== undefined) {
    await services.changeMessage(click.message, page.report);
    return;
  }
  const message = await click.post(page.report);
  await message.finish(page.report);
}

async function showRun(
  runId: string,
  target: string,
  conversation: Conversation,
  services: HistoryServices,
): Promise<SubcommandResult> {
  const run = await services.runs.get(runId);
  if (run === undefined || run.target !== target) {
    const entry = await storedEntry(runId, target, conversation.locale, services);
    if (entry !== undefined) {
      const message = await conversation.post(entry.report);
      await message.finish(entry.report);
      return { exitCode: EXIT.ok, json: entry.json };
    }
    throw new UserError('unknown_run', { id: runId });
  }
  const report = runReportView(run, {
    locale: conversation.locale,
    stored: true,
    withCharts: conversation.person.surface !== 'slack',
    now: services.now().toISOString(),
    acknowledgements: await services.acknowledgements.acknowledgedWarnings(run.runId),
  });
  const message = await conversation.post(report);
  await message.finish(report);
  return {
    exitCode: EXIT.ok,
    json: {
      ...runJson(run, conversation.locale),
      verdictNow: verdictNow(run, services.now()),
    },
  };
}

function lastOf(flag: '--before' | '--run', found: readonly FlagValue[] = []): string | undefined {
  if (found.some(({ text }) => text === undefined)) throw new UsageError('history_id_missing', { flag });
  return found.at(-1)?.text;
}
