/** What a person has entered in one element, in the form that Slack sends it (`state.values`). */
export interface ElementValue {
  type: string;
  [field: string]: unknown;
}
