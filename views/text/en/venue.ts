import type { Flatten, HaltVenue, VenueAnswerSentences, VenueFaultCode } from '../../../src/domain/venue.js';

const orders = (count: number) => `${count} ${count === 1 ? 'order' : 'orders'}`;
const positions = (count: number) => `${count} ${count === 1 ? 'position' : 'positions'}`;

/** What is told of the place where the orders rest. */
export const venue = {
  title: (host: string) => `Venue (asked on ${host})`,
  recordsAlone: 'The targets file names no venue: what rests is told by the records alone.',
  cancel: {
    none: 'nobody said how orders are cancelled there',
    pending: 'orders are cancelled as soon as the flags are written',
    issued: 'cancelling all orders…',
    done: 'all orders were cancelled',
    failed: 'the cancel FAILED',
  } satisfies Readonly<Record<HaltVenue['cancel'], string>>,
  /** Of what has ended: nothing of it is on its way any more. */
  ended: {
    cancel: { pending: 'no order was cancelled', issued: 'the cancel was not seen through' },
    notAsked: 'what rests there was not asked',
  },
  notAsked: 'what rests there was not asked yet',
  nothing: (at: string) => `nothing rests (asked ${at})`,
  rests: (count: number) => `${orders(count)} can still fill`,
  unknown: (why: string) => `what rests there is unknown: ${why}`,
  order: (market: string, side: string, shares: string, id: string) =>
    `${market} ${side}, ${shares} shares, order ${id}`,
  records: (count: number) => `Records: ${orders(count)} can still fill`,
  recordsBehind: (count: number) =>
    `Records: ${orders(count)} ${count === 1 ? 'is' : 'are'} still open there; the venue lists ${count === 1 ? 'it' : 'them'} no more`,
  /** Where exits go on: what is no known exit. */
  entries: {
    nothing: (at: string) => `nothing rests but exits (asked ${at})`,
    rests: (count: number) =>
      `${orders(count)} that ${count === 1 ? 'is no known exit' : 'are no known exits'} can still fill`,
    records: (count: number) =>
      `Records: ${orders(count)} that ${count === 1 ? 'is no exit' : 'are no exits'} can still fill`,
  },
  alone: (count: number) =>
    `${orders(count)} can still fill by the records, and the venue has not listed ${count === 1 ? 'it' : 'them'}`,
  positions: (count: number) => `${positions(count)} held`,
  positionsUnknown: (why: string) => `what is held is unknown: ${why}`,
  apart: (count: number) => `venue and records disagree about ${positions(count)}`,
  position: (market: string, side: string, held: string, recorded: string) =>
    `${market} ${side}: ${held} at the venue, ${recorded} by the records`,
  fault: {
    timeout: 'no answer in time',
    not_answering: 'the program could not be run',
    refused: 'the program says no',
    too_large: 'the answer is too large',
    unreadable: 'the answer cannot be read',
    not_all: 'a part was not cancelled',
  } satisfies Readonly<Record<VenueFaultCode, string>>,
  inBrackets: (told: string) => ` (${told})`,
  answer: {
    venue_exit: ({ exitCode, words }) => `exit code ${exitCode}${words && `: ${words}`}`,
    venue_nothing_printed: () => 'nothing was printed',
    venue_no_json: () => 'what was printed is no JSON',
    venue_key_twice: () => 'a key stands twice in one object',
    venue_no_list: ({ place }) =>
      place === '' ? 'the answer is no list' : `there is no list at \`${place}\``,
    venue_row_lacks: ({ row, wanted, place }) => `row ${row} has no ${wanted} at \`${place}\``,
  } satisfies VenueAnswerSentences as VenueAnswerSentences,
  atVenue: (host: string) => `At the venue, on ${host}:`,
  flatten: {
    button: 'Close all positions',
    again: 'Close all positions again',
    title: 'Close positions?',
    asks: (target: string, host: string) =>
      `Everything that ${target} holds is closed at the market, once, by this program on ${host}:`,
    confirm: 'Close them',
    state: {
      running: 'closing all positions…',
      done: 'all positions were closed: nothing is held',
      left: 'the program ended well, and positions are held all the same',
      failed: 'closing the positions FAILED',
      unknown: 'what became of closing the positions is not known: look at the venue',
    } satisfies Readonly<Record<Flatten['state'], string>>,
    by: (who: string, when: string) => `${who}, ${when}`,
    notAsked: 'the program ended well; what is held was not asked',
    held: (market: string, side: string, shares: string) => `${market} ${side}, ${shares} shares`,
    started: 'It has begun; the message shows how it ends.',
    already:
      'Somebody has closed the positions already, or is doing so; nothing was done twice. The message shows how it ends.',
    superseded:
      'Since this halt a release has begun, or another halt goes on: nothing was done. Look at `/lobml status`.',
    unrecorded: 'The bot’s database does not say whether it was done already, so nothing was done. By hand:',
    gone: 'This target has no `venue.flatten` any more; nothing was done.',
  },
};
export type VenueText = typeof venue;
