import { useId } from 'react';

const METHODS = [
  '*',
  'chat.postMessage',
  'chat.update',
  'chat.postEphemeral',
  'views.open',
  'views.update',
  'response_url',
];

interface FieldProps<V> {
  label: string;
  value: V;
  onChange: (value: V) => void;
}

export function NumberField({ label, value, min = 0, onChange }: FieldProps<number> & { min?: number }) {
  return (
    <label>
      {label}
      <input
        aria-label={label}
        type="number"
        min={min}
        step={1}
        value={value}
        onChange={(event) => onChange(Number(event.target.value))}
      />
    </label>
  );
}

/** A Web API method; `*` for all. */
export function MethodField({ label, value, onChange }: FieldProps<string>) {
  const list = useId();
  return (
    <label>
      {label}
      <input
        aria-label={label}
        list={list}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      <datalist id={list}>
        {METHODS.map((method) => (
          <option key={method} value={method} />
        ))}
      </datalist>
    </label>
  );
}
