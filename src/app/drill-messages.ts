import type { Drill } from '../domain/drill.js';
import type { Locale } from '../domain/localized.js';
import { mentionOf } from '../domain/mention.js';
import type { Report } from '../domain/report.js';
import type { DrillService } from '../drill/drill-service.js';
import type { SubjectState } from '../messages/message-keeper.js';
import type { StoredMessage } from '../messages/message-store.js';
import type { ReleaseContext } from '../release/release-context.js';
import { loudly, quietly } from './message-places.js';

export interface DrillViews {
  /** @param before the last good ones of its kind */
  readonly drill: (drill: Drill, options: { before: readonly Drill[] }, locale: Locale) => Report;
  /** Calls who would be called in an incident. @param operators as mentions */
  readonly drillAlarm: (drill: Drill, operators: readonly string[], locale: Locale) => Report;
}

interface DrillMessageParts {
  readonly drillViews: DrillViews;
  readonly drills: Pick<DrillService, 'get' | 'before'>;
  readonly releases: Pick<ReleaseContext, 'targets'>;
  readonly locale: Locale;
}

/** Its report stands where it was asked for, or in the reports; its alarm where an incident calls. */
export async function stateOfDrill(
  { drills, releases, drillViews, locale: own }: DrillMessageParts,
  drillId: string,
  standing: readonly Pick<StoredMessage, 'role' | 'channel'>[],
): Promise<SubjectState | undefined> {
  const drill = await drills.get(drillId);
  if (drill === undefined) return undefined;
  const channels = releases.targets.targets.get(drill.target)?.channels;
  const before = await drills.before(drill);
  const { operators } = releases.targets.roles;
  return {
    owed:
      channels === undefined
        ? []
        : [
            { role: 'alarm', ...loudly(channels, drill.requestedBy) },
            ...reportOf(drill, standing, quietly(channels, drill.requestedBy)),
          ],
    lives: drill.endedAt === null,
    render: (message) => {
      const locale = message.locale ?? own;
      return message.role === 'alarm'
        ? drillViews.drillAlarm(drill, operators.map(mentionOf), locale)
        : drillViews.drill(drill, { before }, locale);
    },
  };
}

/** One that was begun in Slack is posted there by who begins it: two would each take theirs for the only one. */
const reportOf = (
  { requestedBy }: Drill,
  standing: readonly Pick<StoredMessage, 'role' | 'channel'>[],
  place: ReturnType<typeof quietly>,
): SubjectState['owed'] => {
  const known = standing.filter(({ role }) => role === 'report');
  return known.length > 0 || requestedBy.surface === 'slack'
    ? known.map((one) => ({ ...place, ...one }))
    : [{ role: 'report', ...place }];
};
