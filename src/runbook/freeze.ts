import { TZDate } from '@date-fns/tz';
import { Cron } from 'croner';
import { add } from 'date-fns/add';
import { z } from 'zod';
import type { ShapeFault } from '../domain/file-fault.js';
import type { Frozen } from '../domain/frozen.js';

/** Times in which no release of a target starts, by the clock of a place (docs/decisions/croner.md). */

const duration = z
  .string()
  .regex(/^(?=.)(\d{1,2}d)?\s*(\d{1,3}h)?\s*(\d{1,4}m)?$/, 'freeze_duration_shape' satisfies ShapeFault)
  .transform((text) => {
    const count = (unit: string) => Number(new RegExp(`(\\d+)${unit}`).exec(text)?.[1] ?? 0);
    return { days: count('d'), hours: count('h'), minutes: count('m') };
  })
  .refine(
    ({ days, hours, minutes }) => days + hours + minutes > 0,
    'freeze_duration_shape' satisfies ShapeFault,
  );

export const freezeSchema = z
  .strictObject({
    /** When it begins: cron, five fields. */
    cron: z.string().min(1),
    /** An IANA time zone: whose clock `cron` and the days of `for` go by. */
    zone: z.string().refine(isZone, 'time_zone_shape' satisfies ShapeFault),
    /** How long it lasts: `2d 16h`. Days are those of the zone's calendar, hours and minutes pass as they are. */
    for: duration,
    /** For people. */
    why: z.string().min(1).max(200).optional(),
  })
  .refine(({ cron, zone }) => !isZone(zone) || comesAround(cron, zone), {
    path: ['cron'],
    message: 'cron_shape' satisfies ShapeFault,
  });
export type FreezeWindow = z.output<typeof freezeSchema>;

/** So many windows may follow each other; where there are more, nobody knows an end, and the last of these is told. */
const MOST_IN_A_ROW = 100;

/** Whether a release may start at this moment: a window's first moment belongs to it, its end does not. */
export function frozenAt(windows: readonly FreezeWindow[], at: Date): Frozen | undefined {
  const [first] = windowsAt(windows, at);
  if (first === undefined) return undefined;
  let { end } = first;
  for (let count = 0; count < MOST_IN_A_ROW; count += 1) {
    const [next] = windowsAt(windows, end);
    if (next === undefined) break;
    end = next.end;
  }
  return { until: end.toISOString(), why: first.window.why };
}

/** Those that hold the moment, the one that ends last first. */
function windowsAt(windows: readonly FreezeWindow[], at: Date) {
  return windows
    .flatMap((window) => {
      const begun = lastBeginning(window, at);
      const end = begun && endOf(window, begun);
      return end !== undefined && end > at ? [{ window, end }] : [];
    })
    .toSorted((a, b) => b.end.getTime() - a.end.getTime());
}

/** Of several beginnings the last one ends last. */
function lastBeginning({ cron, zone }: FreezeWindow, at: Date): Date | undefined {
  // It looks for what is earlier by a second at least.
  return scheduleOf(cron, zone)
    .previousRuns(2, new Date(at.getTime() + 1_000))
    .find((run) => run <= at);
}

/** By the wall clock of the zone where days are counted: a window that ends on a Monday at eight does so in every season. */
function endOf({ zone, for: { days, hours, minutes } }: FreezeWindow, begun: Date): Date {
  return new Date(add(new TZDate(begun.getTime(), zone), { days, hours, minutes }).getTime());
}

const scheduleOf = (cron: string, timezone: string): Cron => new Cron(cron, { timezone, mode: '5-part' });

function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).format() !== '';
  } catch {
    return false;
  }
}

/** A schedule that can be read, and whose day ever comes. */
function comesAround(cron: string, zone: string): boolean {
  if (cron.trim().split(/\s+/).length !== 5) return false;
  try {
    return scheduleOf(cron, zone).nextRun() !== null;
  } catch {
    return false;
  }
}
