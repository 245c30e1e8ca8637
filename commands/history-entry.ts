import { z } from 'zod';
import type { Services } from '../src/app/services.js';
import type { Click } from '../src/conversation/subcommand.js';
import type { Locale } from '../src/domain/localized.js';
import type { Report } from '../src/domain/report.js';
import { commandsByHand } from '../src/halt/commands-by-hand.js';
import { deployProgressView } from '../views/deploy-progress.js';
import { drillView } from '../views/drill.js';
import { entryGoneModal, entryLoadingModal, entryModal } from '../views/history-entry.js';
import { haltReportView } from '../views/rollback-report.js';

export type EntryServices = Pick<Services, 'releaseHistory' | 'targets'> & {
  readonly drills: Pick<Services['drills'], 'get' | 'before'>;
};

/** A stored release, halt or drill as it reads now; undefined where the target has none with this id. */
export async function storedEntry(
  id: string,
  target: string | undefined,
  locale: Locale,
  { releaseHistory, targets, drills }: EntryServices,
): Promise<{ readonly report: Report; readonly json: unknown } | undefined> {
  const isAsked = (found: { readonly target: string }) => target === undefined || found.target === target;
  const release = await releaseHistory.release(id);
  if (release !== undefined && isAsked(release))
    return { report: deployProgressView(release, locale), json: release };
  const halt = await releaseHistory.halt(id);
  if (halt === undefined) return storedDrill(id, target, locale, drills);
  if (!isAsked(halt)) return undefined;
  const settings = targets.targets.get(halt.target);
  const commands = settings === undefined ? new Map() : commandsByHand(settings);
  return { report: haltReportView(halt, { locale, commands }), json: halt };
}

async function storedDrill(
  id: string,
  target: string | undefined,
  locale: Locale,
  drills: EntryServices['drills'],
) {
  const drill = z.uuid().safeParse(id).success ? await drills.get(id) : undefined;
  if (drill === undefined || (target !== undefined && drill.target !== target)) return undefined;
  const before = await drills.before(drill);
  return { report: drillView(drill, { before, isTerminal: true }, locale), json: drill };
}

/** *Open* beside a release, a halt or a drill: the report as it reads now, for this person alone. */
export async function openEntry(click: Click, services: EntryServices): Promise<void> {
  const { locale } = click;
  await click.openModal(entryLoadingModal(locale), async () => {
    const entry = await storedEntry(click.value, undefined, locale, services);
    return entry === undefined ? entryGoneModal(locale) : entryModal(entry.report, locale);
  });
}
