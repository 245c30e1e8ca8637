import { THE_BOT } from '../../domain/audit-event.js';
import type { ReleaseRecord } from '../../domain/release-record.js';
import type { RecordEvent } from '../release-context.js';
import type { StepEnd, StepJournal, Turn } from './steps/step-journal.js';

/** The same journal, each entry of which is also an event of the audit trail. */
export function auditedJournal(journal: StepJournal, record: RecordEvent, now: () => Date): StepJournal {
  const tell = async (
    releaseId: string,
    position: number | undefined,
    end: StepEnd | undefined,
    turn?: Turn,
  ) => {
    const release = await journal.load(releaseId);
    if (release === undefined) return;
    const { strategy, target } = release;
    const subject = { strategy, target, actor: THE_BOT, at: now().toISOString() };
    if (position !== undefined && end !== undefined && end.state !== 'pending') {
      await record({ kind: 'release.step', ...subject, details: stepDetails(release, position, end) });
    }
    const { by, refused } = turn?.confirmation ?? {};
    if (by !== undefined && refused !== undefined) {
      const details = { releaseId, ...refused };
      await record({ kind: 'release.confirmation_refused', ...subject, actor: by, details });
    }
    if (turn?.state === undefined && turn?.ended !== true) return;
    const { state, problem } = release;
    await record({ kind: 'release.state', ...subject, details: { releaseId, state, problem } });
  };
  return {
    ...journal,
    async end(held, position, end, turn) {
      await journal.end(held, position, end, turn);
      await tell(held.releaseId, position, end, turn);
    },
    async giveUp(held, gone) {
      await journal.giveUp(held, gone);
      const release = await journal.load(held.releaseId);
      if (release === undefined) return;
      const { strategy, target, releaseId } = release;
      const { by: actor, at, reason, host } = gone;
      await record({
        kind: 'release.host_given_up',
        strategy,
        target,
        actor,
        at,
        details: { releaseId, host, reason },
      });
    },
    async amend(releaseId, position, more) {
      await journal.amend(releaseId, position, more);
      const release = await journal.load(releaseId);
      if (release === undefined) return;
      const { strategy, target, steps } = release;
      const { kind: step, host } = steps.find((each) => each.position === position) ?? {};
      const details = { releaseId, position, step, host, ...more };
      await record({
        kind: 'release.step_amended',
        strategy,
        target,
        actor: THE_BOT,
        at: now().toISOString(),
        details,
      });
    },
    async turn(held, turn) {
      await journal.turn(held, turn);
      await tell(held.releaseId, undefined, undefined, turn);
    },
  };
}

function stepDetails({ releaseId, steps }: ReleaseRecord, position: number, { state, problem }: StepEnd) {
  const step = steps.find((each) => each.position === position);
  const { kind, host, before, after } = step ?? {};
  return { releaseId, position, step: kind, host, state, before, after, problem };
}
