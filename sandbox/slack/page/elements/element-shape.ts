/** What a person has entered in one element, in the form that Slack sends it (`state.values`). */
export interface ElementValue {
  type: string;
  [field: string]: unknown;
}

/** What every element with a value gets. */
export interface ElementProps<E> {
  element: E;
  value: ElementValue | undefined;
  onChange: (value: ElementValue) => void;
  naming: { 'aria-labelledby'?: string; 'aria-describedby'?: string };
}
