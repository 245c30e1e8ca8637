import type { Diagnosis } from '../src/domain/diagnosis.js';
import type { Locale } from '../src/domain/localized.js';
import type { Report } from '../src/domain/report.js';
import { escapeMrkdwn, header, section } from './blocks.js';
import { say } from './sentence.js';

const SYMBOL: Readonly<Record<Diagnosis['state'], string>> = { ok: '✓', warning: '⚠', fault: '✗' };

/** Findings of `doctor`: faults first, each with its way out. */
export function doctorView(diagnoses: readonly Diagnosis[], locale: Locale): Report {
  const faults = diagnoses.filter(({ state }) => state === 'fault').length;
  const title = say({ code: 'doctor_title', facts: { faults, of: diagnoses.length } }, locale);
  const order: readonly Diagnosis['state'][] = ['fault', 'warning', 'ok'];
  const lines = order.flatMap((state) =>
    diagnoses.filter((diagnosis) => diagnosis.state === state).map((diagnosis) => line(diagnosis, locale)),
  );
  return { text: title, blocks: [header(title), ...lines.map((text) => section(text))] };
}

function line({ subject, state, seen, wayOut }: Diagnosis, locale: Locale): string {
  const head = `${SYMBOL[state]} *${escapeMrkdwn(say(subject, locale))}*  ${escapeMrkdwn(say(seen, locale))}`;
  return wayOut === undefined ? head : `${head}\n→ ${escapeMrkdwn(say(wayOut, locale))}`;
}
