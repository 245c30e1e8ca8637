import { expect, test } from '@jest/globals';
import { LOCALES } from '../../src/domain/localized.js';
import { rollbackStatusView } from '../../views/rollback-status.js';
import { terminalText } from '../../views/terminal.js';

const status = {
  target: 'live',
  latest: { halt: undefined, isUncertain: false },
  who: [],
  offersEntries: false,
};

test.each(LOCALES)(
  'a terminal is told its own forms, and of no button that it does not have (%s)',
  (locale) => {
    const typed = terminalText(rollbackStatusView({ ...status, isTerminal: true }, locale));
    expect(typed).toContain('lobml rollback live --disable');
    expect(typed).toMatch(/--stop[^\n]*--previous-model[^\n]*$/m);
    expect(typed).not.toMatch(/Disable now|Previous model|立即关闭|\*/);
    const clicked = terminalText(rollbackStatusView({ ...status, isTerminal: false }, locale));
    expect(clicked).not.toContain('--disable');
  },
);
