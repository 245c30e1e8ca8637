import { expect, test } from '@jest/globals';
import type { ChainedEvent } from '../../src/domain/audit-event.js';
import { incidentTimeline } from '../../src/halt/incident-timeline.js';
import { incidentMarkdown } from '../../views/incident-markdown.js';

const event = (position: number, kind: string, details: ChainedEvent['details']): ChainedEvent => ({
  eventId: `e${position}`,
  strategy: 's',
  kind,
  target: 'live',
  actor: { id: 'U0CAROL', name: 'carol', surface: 'slack' },
  at: `2026-01-01T00:00:0${9 - position}.000Z`,
  reason: kind === 'halt.requested' ? 'storm | blocked' : null,
  details,
  position,
  previousSha256: '',
  sha256: '',
});

test('the time line holds the halt and what refers to it, by time, as a table that no text can break', async () => {
  const chain = [
    event(1, 'release.requested', { incidentId: 'h1' }),
    event(2, 'halt.ended', { haltId: 'h2' }),
    event(3, 'halt.requested', { haltId: 'h1', host: 'live-1' }),
  ];
  const found = await incidentTimeline({ chain: async (_s, after) => chain.slice(after) }, 's', 'h1');
  expect(incidentMarkdown('h1', found, 'en').split('\n').slice(4)).toEqual([
    '| 2026-01-01T00:00:06.000Z | halt.requested | carol | live | storm \\| blocked {"host":"live-1"} |',
    '| 2026-01-01T00:00:08.000Z | release.requested | carol | live | {"incidentId":"h1"} |',
  ]);
});
