import type { Localized } from '../../src/domain/localized.js';

export const incidentText = {
  usage: {
    en: 'Say `history --incident ID`, with the id of the halt.',
    'zh-CN': '请使用 `history --incident ID`，ID 为该次停止的编号。',
  },
  unknown: {
    en: 'The audit trail holds no halt with that id.',
    'zh-CN': '审计记录中没有该编号的停止。',
  },
} as const satisfies Record<string, Localized>;
