/** A target of a strategy: what history, locks, drills and looks are about. */
export interface TargetSubject {
  readonly strategy: string;
  readonly target: string;
}
