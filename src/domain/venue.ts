import { z } from 'zod';
import { type HostFaultSentences, type StoredFault, storedFaultSchema, toldHostFault } from './host-fault.js';
import { ownValue } from './own-value.js';
import { personSchema } from './person.js';
import type { ValueOf } from './value-of.js';

/** Why the venue's program gave no answer that counts; `views/text` writes the sentence for each. */
const VENUE_FAULTS = [
  /** It did not end in time. */
  'timeout',
  /** Its host cannot be reached, or it cannot be started. */
  'not_answering',
  /** It ended and said no. */
  'refused',
  'too_large',
  /** What it printed is not what the targets file says. */
  'unreadable',
  /** It says itself that a part was not done. */
  'not_all',
] as const;
export type VenueFaultCode = (typeof VENUE_FAULTS)[number];

const venueFaultSchema = z.object({
  code: z.enum(VENUE_FAULTS),
  /** What the program did; as text: a count, or the sentence of an earlier version; '': the code says all. Never a secret. */
  detail: z.union([z.string(), storedFaultSchema]),
});
export type VenueFault = ValueOf<typeof venueFaultSchema>;

/** What the answer of a venue's program is, and should not be. `place`: where the targets file looks; '': the whole answer. */
interface VenueAnswerFacts {
  venue_exit: { readonly exitCode: number; readonly words: string };
  venue_nothing_printed: Readonly<Record<never, never>>;
  venue_no_json: Readonly<Record<never, never>>;
  venue_key_twice: Readonly<Record<never, never>>;
  venue_no_list: { readonly place: string };
  venue_row_lacks: { readonly row: number; readonly wanted: 'text' | 'number'; readonly place: string };
}
export type VenueAnswerFault = {
  [C in keyof VenueAnswerFacts]: { readonly code: C; readonly facts: VenueAnswerFacts[C] };
}[keyof VenueAnswerFacts];

const venueOrderSchema = z.object({
  id: z.string(),
  market: z.string(),
  side: z.string(),
  /** What is not filled yet. */
  shares: z.number(),
  price: z.number().nullable(),
});
export type VenueOrder = ValueOf<typeof venueOrderSchema>;

const venuePositionSchema = z.object({ market: z.string(), side: z.string(), shares: z.number() });
export type VenuePosition = ValueOf<typeof venuePositionSchema>;

/** An order that the records call open. `id` is the venue's; null: none was recorded. `ends_at`: RFC 3339; null: nobody knows. */
const recordedOrderSchema = venueOrderSchema
  .pick({ market: true, side: true, shares: true })
  .extend({ id: z.string().nullable(), endsAt: z.string().nullable() });
export type RecordedOrder = ValueOf<typeof recordedOrderSchema>;

/** What venue and records say of one position. */
const positionApartSchema = z.object({
  market: z.string(),
  side: z.string(),
  venue: z.number(),
  records: z.number(),
});
type PositionApart = ValueOf<typeof positionApartSchema>;

/** How many there are, and the first of them. */
const listOf = <Row extends z.ZodType>(row: Row) => z.object({ total: z.number(), rows: z.array(row) });

/** RFC 3339; null: not yet. */
const moment = z.string().nullable();

/** What a halt does and sees at the venue of its target. */
export const haltVenueSchema = z.object({
  /** Where its programs run. */
  host: z.string(),
  /** `none`: the targets file does not say how. */
  cancel: z.enum(['none', 'pending', 'issued', 'done', 'failed']),
  /** When the newest one ended, or was issued. */
  cancelAt: moment,
  cancelFault: venueFaultSchema.nullable(),
  /** When the newest question about resting orders was asked that was answered. */
  askedAt: moment,
  open: listOf(venueOrderSchema).nullable(),
  openFault: venueFaultSchema.nullable(),
  /** Ids that the venue has listed or cancelled since the halt: of these it knows better than the records. */
  named: z.array(z.string()).exactOptional(),
  /** What the records call open and the venue has not listed since the halt. */
  recordedAlone: listOf(recordedOrderSchema),
  /** null: not asked, or nobody knows. */
  positions: listOf(venuePositionSchema).nullable(),
  positionsFault: venueFaultSchema.nullable(),
  positionsApart: listOf(positionApartSchema),
});
export type HaltVenue = ValueOf<typeof haltVenueSchema>;

/** Positions closed by an operator, after a halt. */
export const flattenSchema = z.object({
  /** From 1 on; each is carried out once, however many click. */
  attempt: z.number(),
  /** `left`: it ended well, and something is held all the same. `unknown`: nobody knows what became of it. */
  state: z.enum(['running', 'done', 'left', 'failed', 'unknown']),
  by: personSchema,
  at: z.string(),
  endedAt: moment,
  fault: venueFaultSchema.nullable(),
  /** What is held afterwards; null: not asked, or nobody knows. */
  left: listOf(venuePositionSchema).nullable(),
});
export type Flatten = ValueOf<typeof flattenSchema>;

/**
 * Why nothing is closed: it is done or going on already; another halt or a release has come since; the database does not know
 * the halt; the targets file does not say how any more.
 */
export type FlattenRefusal = 'already' | 'superseded' | 'unrecorded' | 'gone';

const NOTHING = { total: 0, rows: [] } as const;

export const newHaltVenue = (host: string, cancels: boolean): HaltVenue => ({
  host,
  cancel: cancels ? 'pending' : 'none',
  cancelAt: null,
  cancelFault: null,
  askedAt: null,
  open: null,
  openFault: null,
  recordedAlone: NOTHING,
  positions: null,
  positionsFault: null,
  positionsApart: NOTHING,
});

/** Shares are whole or nearly so; what is less than that is rounding. */
const SAME_SHARES = 1e-6;

/** Where the two differ, by market and side; capitals of a side are one. */
export function positionsApart(
  venue: readonly VenuePosition[],
  records: readonly VenuePosition[],
): readonly PositionApart[] {
  const apart = new Map<string, { market: string; side: string; venue: number; records: number }>();
  const add = (rows: readonly VenuePosition[], of: 'venue' | 'records') => {
    for (const { market, side, shares } of rows) {
      const key = JSON.stringify([market, side.toLowerCase()]);
      const known = apart.get(key) ?? { market, side, venue: 0, records: 0 };
      apart.set(key, { ...known, [of]: known[of] + shares });
    }
  };
  add(venue, 'venue');
  add(records, 'records');
  return [...apart.values()].filter((one) => !(Math.abs(one.venue - one.records) <= SAME_SHARES));
}

export type VenueAnswerSentences = {
  readonly [C in keyof VenueAnswerFacts]: (facts: VenueAnswerFacts[C]) => string;
};

interface VenueTexts {
  readonly fault: Readonly<Record<VenueFaultCode, string>>;
  readonly answer: VenueAnswerSentences;
  readonly host: HostFaultSentences;
  readonly inBrackets: (told: string) => string;
}

/** Why there was no answer that counts. */
export function toldVenueFault(texts: VenueTexts, { code, detail }: VenueFault): string {
  const told = typeof detail === 'string' ? detail : toldDetail(texts, detail);
  return `${texts.fault[code]}${told && texts.inBrackets(told)}`;
}

/** What the program did, or the host on which it should have run. */
function toldDetail({ answer, host }: VenueTexts, detail: StoredFault): string {
  const known: Readonly<Record<string, (facts: never) => string>> = answer;
  return ownValue(known, detail.code)?.(detail.facts as never) ?? toldHostFault(host, detail);
}
