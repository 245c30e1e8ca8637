import type { Datepicker, DateTimepicker, Timepicker } from '@slack/types';
import type { ElementProps } from './element-shape.js';

type DateElement = Datepicker | Timepicker | DateTimepicker;

/** Date, time, or both; a date with a time is in the person's zone here, and in seconds since 1970 for the bot. */
export function DateView({ element, value, onChange, naming }: ElementProps<DateElement>) {
  const named = 'aria-labelledby' in naming ? naming : { ...naming, 'aria-label': PICKS[element.type].name };
  const { input, field } = PICKS[element.type];
  const shown = value?.[field] ?? '';
  return (
    <input
      {...named}
      className="field"
      type={input}
      value={typeof shown === 'number' ? localMinute(shown) : String(shown)}
      onChange={(event) =>
        onChange({ type: element.type, [field]: pickedValue(element.type, event.target.value) })
      }
    />
  );
}

const PICKS = {
  datepicker: { input: 'date', field: 'selected_date', name: 'Date' },
  timepicker: { input: 'time', field: 'selected_time', name: 'Time' },
  datetimepicker: { input: 'datetime-local', field: 'selected_date_time', name: 'Date and time' },
} as const;

function pickedValue(type: DateElement['type'], picked: string): string | number | null {
  if (picked === '') {
    return null;
  }
  return type === 'datetimepicker' ? Math.floor(new Date(picked).getTime() / 1000) : picked;
}

/** `2026-11-22T14:03` in the person's zone, as the browser's input wants it. */
function localMinute(seconds: number): string {
  const date = new Date(seconds * 1000);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
