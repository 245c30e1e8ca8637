import type { ServiceCommandsByHost } from '../src/domain/commands-by-hand.js';
import { gapsOf, type Halt, turnsOff, wantedOn } from '../src/domain/halt.js';
import type { Locale } from '../src/domain/localized.js';
import type { Block } from '../src/domain/report.js';
import { preformatted, section } from './blocks.js';
import { textFor } from './text/index.js';

/** What a person pastes into a shell on each host that is not proved to be off, the host's name first. */
export function byHandBlocks(halt: Halt, commands: ServiceCommandsByHost, locale: Locale): readonly Block[] {
  const text = textFor(locale).rollback;
  const gaps = gapsOf(halt);
  // What rests at the venue does not end with the service.
  const isEverywhere = gaps.some(({ code }) => code !== 'host' && !isOfVenue(code));
  const named = gaps.flatMap((gap) => (gap.code === 'host' ? [gap.host] : []));
  const hosts = halt.hosts.filter(({ host }) => isEverywhere || named.includes(host));
  const parts = hosts.flatMap(({ host, disk, fault }) => {
    const known = commands.get(host);
    if (known === undefined) return [];
    const wanted = Object.entries(wantedOn(halt, host)).map(([name, value]) => `${name}=${value}`);
    const lines = [
      ...(disk === 'done' ? [] : wanted.map((line) => text.setByHand(line, known.file))),
      turnsOff(halt.kind) ? known.stop : known.restart,
      ...(known.kill !== undefined && (fault === 'not_ending' || fault === 'processes_left')
        ? [known.kill]
        : []),
      known.status,
    ];
    return [section(`*${text.onHost(host)}* ${preformatted(lines.join('\n'))}`)];
  });
  const atVenue = gaps.some(({ code }) => isOfVenue(code)) ? venueByHand(halt, commands, locale) : [];
  const all = [...atVenue, ...parts];
  return all.length === 0 ? [] : [section(`*${text.byHand}*`), ...all];
}

type GapCode = ReturnType<typeof gapsOf>[number]['code'];
export const isOfVenue = (code: GapCode): boolean =>
  code === 'resting_orders' || code === 'venue_unknown' || code === 'venue_apart';

function venueByHand(
  { kind, venue }: Halt,
  commands: ServiceCommandsByHost,
  locale: Locale,
): readonly Block[] {
  const lines = venue === undefined ? undefined : commands.get(venue.host)?.venue;
  // Pasted, it would cancel the exits that are to go on.
  const isOfAll = turnsOff(kind);
  if (venue === undefined || lines === undefined) return [];
  const { cancelOrders, openOrders, positions } = lines;
  const text = [isOfAll ? cancelOrders : undefined, openOrders, positions]
    .flatMap((line) => line ?? [])
    .join('\n');
  return [section(`*${textFor(locale).venue.atVenue(venue.host)}* ${preformatted(text)}`)];
}
