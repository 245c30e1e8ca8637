import type { Report } from '../src/conversation/subcommand.js';
import type { Diagnosis } from '../src/doctor/doctor.js';
import type { Locale } from '../src/domain/localized.js';
import { escapeMrkdwn, header, section } from './blocks.js';

const SYMBOL: Readonly<Record<Diagnosis['state'], string>> = { ok: '✓', warning: '⚠', fault: '✗' };

/** Findings of `doctor`: faults first, each with its way out. */
export function doctorView(diagnoses: readonly Diagnosis[], locale: Locale): Report {
  const faults = diagnoses.filter(({ state }) => state === 'fault').length;
  const title = {
    en:
      faults === 0
        ? 'Everything the bot depends on answers'
        : `${faults} of ${diagnoses.length} need attention`,
    'zh-CN': faults === 0 ? '机器人依赖的一切均有回应' : `${diagnoses.length} 项中有 ${faults} 项需要处理`,
  }[locale];
  const order: readonly Diagnosis['state'][] = ['fault', 'warning', 'ok'];
  const lines = order.flatMap((state) =>
    diagnoses.filter((diagnosis) => diagnosis.state === state).map((diagnosis) => line(diagnosis, locale)),
  );
  return { text: title, blocks: [header(title), ...lines.map((text) => section(text))] };
}

function line({ subject, state, seen, wayOut }: Diagnosis, locale: Locale): string {
  const head = `${SYMBOL[state]} *${escapeMrkdwn(subject[locale])}*  ${escapeMrkdwn(seen[locale])}`;
  return wayOut === undefined ? head : `${head}\n→ ${escapeMrkdwn(wayOut[locale])}`;
}
