const fault: Readonly<Record<string, string>> = {
  position: 'an event was taken out, put in or moved there',
  link: 'the event there does not follow the one before it',
  content: 'the event there was changed',
  end: 'events at the end are missing, or were added past the recorded end',
  unreadable: 'a line is no event',
  empty: 'it holds no event, so it proves nothing',
  unsigned: 'it bears no signature',
  signature: 'its signature does not hold: it was changed',
  foreign_key: 'it was signed by another key than this bot’s; name the one that you expect with --key',
  tail_lost: 'the database ends before the export does: its last events are gone, or a backup was restored',
  replaced:
    'from there on the database holds other events than the export: it was replaced, or went on from a backup',
};

export const audit = {
  title: 'Audit trail',
  holds: (strategy: string, events: number) => `${strategy}: the chain of ${events} events holds.`,
  empty: 'No event is on record yet.',
  broken: (strategy: string, position: number, why: string, where: string) =>
    `${strategy || 'the file'}: broken at position ${position}: ${why}${where}.`,
  fault,
  event: (id: string) => `, event ${id}`,
  signed: (fingerprint: string, at: string) => `Signed by the key ${fingerprint} at ${at}.`,
  /** Once a day, in a channel. */
  head: {
    title: (day: string) => `Head of the audit trail, ${day} (UTC)`,
    explain:
      'Copy these lines into a file: `lobml audit verify --against FILE` tells whether the database still holds all that it held then.',
    key: (fingerprint: string) => `Signed by the key ${fingerprint}.`,
  },
  line: (line: number) => `, line ${line} of the file`,
};

export type AuditText = typeof audit;
