import { EXIT, type Subcommand } from '../src/conversation/subcommand.js';
import { FORM_CALLBACK, REDRAW_ACTION, VALUE_ACTION } from '../views/deploy-form.js';
import { PLAN_CALLBACK, REJECT_CALLBACK } from '../views/deploy-plan-modal.js';
import { CONFIRM_ACTION, CONFIRM_CALLBACK } from '../views/release-confirmation.js';
import { MORE_ACTION, SUPERSEDE_ACTION } from '../views/release-request.js';
import { GIVE_UP_CALLBACK } from '../views/release-stuck.js';
import { RESTART_ACTION } from '../views/status.js';
import { confirmByWords, openConfirmation, submitConfirmation } from './deploy-confirm.js';
import { chooseOfRequest, decisionActions, submitRejection } from './deploy-decisions.js';
import {
  openDeployForm,
  openPrefilledForm,
  openRestartForm,
  openSupersedingForm,
  redrawDeployForm,
} from './deploy-form.js';
import { progressActions } from './deploy-progress.js';
import { breakGlass, submitDeployForm, submitPlan } from './deploy-request.js';
import type { DeployServices } from './deploy-services.js';
import { stuckActions, stuckByWords, submitGiveUp } from './deploy-stuck.js';
import { deployFromTerminal } from './deploy-terminal.js';
import { DEPLOY_USAGE, parseDeployWords } from './deploy-words.js';
import { parseTarget } from './target-argument.js';

/** What is said to a release under way that does not get on. */
const STUCK_WORDS = /^--(give-up(=.*)?|retry-put-back|looked)$/;

/** Section 3: a plan, its approvals, and the start of the release. */
export const deploy: Subcommand<DeployServices> = {
  name: 'deploy',
  section: '3',
  audience: 'requester',
  usage: DEPLOY_USAGE,
  async run(words, conversation, services) {
    if (words.includes('--confirm')) {
      const { targetWords, wish } = parseDeployWords(words);
      const target = parseTarget(targetWords, services.targets, DEPLOY_USAGE);
      return confirmByWords(target, wish.reason, conversation, services);
    }
    if (words.some((word) => STUCK_WORDS.test(word))) {
      const { targetWords, wish, stuck } = parseDeployWords(words);
      const target = parseTarget(targetWords, services.targets, DEPLOY_USAGE);
      if (stuck !== undefined) return stuckByWords(stuck, target, wish.reason, conversation, services);
    }
    if (conversation.openModal !== undefined) {
      const target = parseTarget(words, services.targets, '[target]');
      await openDeployForm(conversation.openModal, conversation, target, services);
      return { exitCode: EXIT.ok, json: {} };
    }
    const { targetWords, ...asked } = parseDeployWords(words);
    const target = parseTarget(targetWords, services.targets, DEPLOY_USAGE);
    return deployFromTerminal(asked, target, conversation, services);
  },
  actions: {
    ...decisionActions,
    [MORE_ACTION]: chooseOfRequest,
    'deploy:prefill': openPrefilledForm,
    [RESTART_ACTION]: openRestartForm,
    [SUPERSEDE_ACTION]: openSupersedingForm,
    [REDRAW_ACTION]: redrawDeployForm,
    [VALUE_ACTION]: redrawDeployForm,
    'deploy:break_glass': breakGlass,
    [CONFIRM_ACTION]: openConfirmation,
    ...progressActions,
    ...stuckActions,
  },
  submissions: {
    [FORM_CALLBACK]: submitDeployForm,
    [PLAN_CALLBACK]: submitPlan,
    [REJECT_CALLBACK]: submitRejection,
    [CONFIRM_CALLBACK]: submitConfirmation,
    [GIVE_UP_CALLBACK]: submitGiveUp,
  },
};
