const fault: Readonly<Record<string, string>> = {
  position: 'an event was taken out, put in or moved there',
  link: 'the event there does not follow the one before it',
  content: 'the event there was changed',
  end: 'events at the end are missing, or were added past the recorded end',
  unreadable: 'a line is no event',
  empty: 'it holds no event, so it proves nothing',
};

export const audit = {
  title: 'Audit trail',
  holds: (strategy: string, events: number) => `${strategy}: the chain of ${events} events holds.`,
  empty: 'No event is on record yet.',
  broken: (strategy: string, position: number, why: string, where: string) =>
    `${strategy || 'the file'}: broken at position ${position}: ${why}${where}.`,
  fault,
  event: (id: string) => `, event ${id}`,
  line: (line: number) => `, line ${line} of the file`,
};

export type AuditText = typeof audit;
