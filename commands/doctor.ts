import type { Services } from '../src/app/services.js';
import { EXIT, type ExitCode, type Subcommand } from '../src/conversation/subcommand.js';
import type { Diagnosis } from '../src/domain/diagnosis.js';
import { doctorView } from '../views/doctor.js';
import { say } from '../views/sentence.js';

/** Looks at everything the bot depends on, each finding with a way out. */
export const doctor: Subcommand<Services> = {
  name: 'doctor',
  audience: 'all',
  usage: '',
  surfaces: ['terminal'],
  async run(_words, conversation, services) {
    const diagnoses = await services.doctor.examine();
    const message = await conversation.post(doctorView(diagnoses, conversation.locale));
    await message.finish(doctorView(diagnoses, conversation.locale));
    const { locale } = conversation;
    const json = diagnoses.map(({ subject, state, seen, wayOut }) => ({
      subject: say(subject, locale),
      state,
      seen: say(seen, locale),
      wayOut: wayOut === undefined ? '' : say(wayOut, locale),
    }));
    return { exitCode: exitCodeOf(diagnoses), json: { diagnoses: json } };
  },
};

/** What only gives no answer now is worth another try; anything else must be mended. */
function exitCodeOf(diagnoses: readonly Diagnosis[]): ExitCode {
  const faults = diagnoses.filter(({ state }) => state === 'fault');
  if (faults.length === 0) return EXIT.ok;
  return faults.every(({ isAway }) => isAway) ? EXIT.unavailable : EXIT.noGo;
}
