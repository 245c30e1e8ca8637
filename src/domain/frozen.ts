/** A freeze of a target that stands. */
export interface Frozen {
  /** When the last of the windows that follow each other without a gap ends; RFC 3339. */
  readonly until: string;
  /** Of the window that stands now. */
  readonly why: string | undefined;
}
