import type { Diagnosis } from '../domain/diagnosis.js';
import type { Sentence } from '../domain/sentence.js';
import type { Target } from '../runbook/targets.js';
import { systemClock } from '../time/clock.js';
import { createVenue, venueFault as faultOfVenue, type Venue } from '../venue/venue.js';
import { type Examination, ok } from './doctor.js';
import type { HostOptions } from './examine-host.js';
import { commandDiagnosis } from './try-rights.js';

/** Whether a halt could ask the venue of a target: what only looks is tried, nothing is cancelled or closed. */
export function examineVenue(
  target: Target,
  { hostOf }: Pick<HostOptions, 'hostOf'>,
): readonly Examination[] {
  const settings = target.hosts.find(({ name }) => name === target.venue?.host);
  if (target.venue === undefined || settings === undefined) return [];
  const { venue: named } = target;
  const subject: Sentence = { code: 'subject_venue', facts: { target: target.name, host: settings.name } };
  const wayOut: Sentence = { code: 'do_check_venue', facts: {} };
  return [
    {
      subject,
      wayOut,
      async examine() {
        const venue = createVenue(named, () => hostOf(settings), systemClock);
        const looks = [
          ['openOrders', venue.openOrders],
          ['positions', venue.positions],
        ] as const;
        const seen = await Promise.all(
          looks.map(async ([question, ask]): Promise<readonly Diagnosis[]> => {
            if (ask === undefined) return [];
            const answer = await ask().catch(faultOfVenue);
            if (!('code' in answer))
              return [ok(subject, { code: 'venue_answers', facts: { question, count: answer.length } })];
            return [
              {
                subject,
                state: 'fault',
                seen: { code: 'venue_fault', facts: { question, venueFault: answer } },
                wayOut,
              },
            ];
          }),
        );
        const acts = [named.cancelOrders?.command, named.flatten?.command].flatMap((command) =>
          command === undefined ? [] : [command],
        );
        const programs = await Promise.all(
          acts.map((command) => commandDiagnosis(hostOf(settings), settings, command, subject)),
        );
        return [
          ...seen.flat(),
          ...cancelDiagnoses(subject, venue),
          ...programs.flatMap((one) => (one === undefined ? [] : [{ ...one, subject }])),
        ];
      },
    },
  ];
}

function cancelDiagnoses(subject: Sentence, { cancelOrders }: Venue): readonly Diagnosis[] {
  if (cancelOrders !== undefined) return [];
  const wayOut: Sentence = { code: 'do_set_cancel', facts: {} };
  return [{ subject, state: 'warning', seen: { code: 'venue_cancels_nothing', facts: {} }, wayOut }];
}
