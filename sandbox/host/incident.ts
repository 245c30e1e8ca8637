/** Something that goes wrong, on one host or in the feed, and how it is ended again. */
export interface Incident {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  begin(): Promise<void> | void;
  end(): Promise<void> | void;
}

/** An incident as a list of them shows it. */
export interface ListedIncident extends Omit<Incident, 'begin' | 'end'> {
  readonly active: boolean;
  /** A host, a target, or empty for the feed. */
  readonly host: string;
}
