import type { IncidentText } from '../en/incident.js';

export const incident: IncidentText = {
  usage: '请使用 `history --incident ID`，ID 为该次停止的编号。',
  unknown: '审计记录中没有该编号的停止。',
};
