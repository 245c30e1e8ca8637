import type { Services } from '../src/services.js';
import { EXIT, type Subcommand } from '../src/subcommand.js';
import { doctorView } from '../views/doctor.js';

/** Looks at everything the bot depends on, each finding with a way out. */
export const doctor: Subcommand<Services> = {
  name: 'doctor',
  audience: 'all',
  usage: '',
  surfaces: ['terminal'],
  summary: {
    en: 'Examine the configuration, Slack, both databases, the hosts and the permissions.',
    'zh-CN': '检查配置、Slack、两个数据库、主机和权限。',
  },
  async run(_words, conversation, services) {
    const diagnoses = await services.doctor.examine();
    const message = await conversation.post(doctorView(diagnoses, conversation.locale));
    await message.finish(doctorView(diagnoses, conversation.locale));
    const worst = diagnoses.some(({ state }) => state === 'fault') ? EXIT.noGo : EXIT.ok;
    return { exitCode: worst, json: { diagnoses } };
  },
};
