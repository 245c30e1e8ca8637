export const incident = {
  usage: 'Say `history --incident ID`, with the id of the halt.',
  unknown: 'The audit trail holds no halt with that id.',
};
export type IncidentText = typeof incident;
