import { type AuditEvent, THE_BOT } from '../domain/audit-event.js';
import type { Person } from '../domain/person.js';
import type { Flatten, FlattenRefusal } from '../domain/venue.js';
import type { Target } from '../runbook/targets.js';
import type { Queryable } from '../store/queryable.js';
import type { Transact } from '../store/transaction.js';
import { type Clock, withTimeout } from '../time/clock.js';
import { shownText } from '../venue/read-answer.js';
import { createVenue, type Venue, venueFault } from '../venue/venue.js';
import { claimFlatten, writeFlatten } from './flatten-queries.js';
import type { HaltRecord } from './halt-schema.js';
import type { HostActsOptions } from './host-acts.js';

interface FlattenOptions {
  readonly strategy: string;
  readonly hostOf: HostActsOptions['hostOf'];
  readonly database: Queryable;
  readonly transact: Transact;
  readonly keepEvent: (event: AuditEvent) => Promise<unknown>;
  readonly newId: () => string;
  readonly clock: Clock;
}

interface FlattenRequest {
  readonly target: Target;
  readonly haltId: string;
  /** As the button said: the next one. */
  readonly attempt: number;
  readonly by: Person;
}

export interface Flattening {
  /**
   * Closes what the target holds, once for each attempt, however many ask.
   * @param onChange told of the halt when it begins and when it has ended
   * @returns why nothing is done; undefined when it has ended. Never rejects.
   */
  run(request: FlattenRequest, onChange: (record: HaltRecord) => void): Promise<FlattenRefusal | undefined>;
}

/** Nothing is closed that could be closed twice: without the database's word it is left to a person. */
const CLAIM_TIMEOUT_MS = 5_000;
/** How long the venue is asked until nothing is held. */
const EMPTY_MS = 30_000;
const ASK_MS = 1_000;
const WRITE_AGAIN_MS = 2_000;
const WRITE_FOR_MS = 3 * 60_000;
const SHOWN_ROWS = 10;

/** An operator's second decision, after a halt. */
export function createFlattening(options: FlattenOptions): Flattening {
  const { hostOf, transact, strategy, clock } = options;
  const now = () => new Date(clock.now()).toISOString();
  return {
    async run({ target, haltId, attempt, by }, onChange) {
      const settings = target.hosts.find(({ name }) => name === target.venue?.host);
      if (target.venue?.flatten === undefined || settings === undefined) return 'gone';
      const begun: Flatten = {
        ...{ attempt, state: 'running', by, at: now(), endedAt: null, fault: null, left: null },
      };
      const subject = { haltId, strategy, target: target.name };
      const claimed = transact((client) => claimFlatten(client, subject, begun)).catch(() => undefined);
      const record = (await withTimeout(clock, CLAIM_TIMEOUT_MS, claimed)) ?? 'unrecorded';
      if (typeof record === 'string') return record;
      await keep(options, record, begun, 'halt.flatten_requested');
      onChange(record);
      const venue = createVenue(target.venue, () => hostOf(settings), clock);
      const ended: Flatten = { ...begun, ...(await close(venue, clock)), endedAt: now() };
      await keep(options, record, ended, 'halt.flatten_ended');
      const written = await writeDown(options, haltId, ended);
      onChange(written ?? { ...record, halt: { ...record.halt, flatten: ended } });
      return undefined;
    },
  };
}

async function close(venue: Venue, clock: Clock): Promise<Pick<Flatten, 'state' | 'fault' | 'left'>> {
  const fault = (await venue.flatten?.().catch(venueFault)) ?? null;
  const left = await leftAt(venue, clock, fault === null ? EMPTY_MS : 0);
  if (fault !== null) return { state: 'failed', fault, left };
  return { state: left !== null && left.total > 0 ? 'left' : 'done', fault: null, left };
}

/** null: nobody said what is held. */
async function leftAt({ positions }: Venue, clock: Clock, forMs: number): Promise<Flatten['left']> {
  const until = clock.monotonic() + forMs;
  let left: Flatten['left'] = null;
  while (positions !== undefined) {
    const held = await positions().catch(() => undefined);
    left = held === undefined ? null : { total: held.length, rows: held.slice(0, SHOWN_ROWS).map(shown) };
    if (left?.total === 0 || clock.monotonic() >= until) break;
    await clock.sleep(ASK_MS);
  }
  return left;
}

const shown = <Row extends { readonly market: string; readonly side: string }>(row: Row): Row => ({
  ...row,
  market: shownText(row.market),
  side: shownText(row.side),
});

/** A journal that cannot be written holds nothing up: it says so itself. */
async function keep(
  { keepEvent, newId, clock }: FlattenOptions,
  { halt }: HaltRecord,
  flatten: Flatten,
  kind: 'halt.flatten_requested' | 'halt.flatten_ended',
): Promise<void> {
  const { strategy, target, reason, haltId } = halt;
  const isEnd = kind === 'halt.flatten_ended';
  const event: AuditEvent = {
    ...{ eventId: newId(), strategy, target, kind, reason },
    actor: isEnd ? THE_BOT : flatten.by,
    at: flatten.endedAt ?? flatten.at,
    details: { haltId, ...flatten },
  };
  await withTimeout(
    clock,
    CLAIM_TIMEOUT_MS,
    keepEvent(event).catch(() => undefined),
  );
}

async function writeDown(
  { database, clock }: FlattenOptions,
  haltId: string,
  flatten: Flatten,
): Promise<HaltRecord | undefined> {
  const until = clock.monotonic() + WRITE_FOR_MS;
  for (;;) {
    try {
      return await writeFlatten(database, haltId, flatten);
    } catch {
      if (clock.monotonic() >= until) return undefined;
    }
    await clock.sleep(WRITE_AGAIN_MS);
  }
}
