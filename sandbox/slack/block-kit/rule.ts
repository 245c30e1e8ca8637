/** A fault in Block Kit JSON, in Slack's own words, with the place where it stands. */
export interface Fault {
  readonly message: string;
  /** JSON pointer, e.g. `/blocks/0/text/text`. */
  readonly pointer: string;
}

/** Looks at one value at one place; an empty list means that Slack takes it. */
export type Rule = (value: unknown, pointer: string) => Fault[];

export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The fault as Slack writes it in `response_metadata.messages`. */
export function faultMessage(fault: Fault): string {
  return `${fault.message} [json-pointer:${fault.pointer}]`;
}

export function fault(message: string, pointer: string): Fault[] {
  return [{ message, pointer }];
}

/** Length in UTF-16 units: never less than the characters that Slack counts. */
export function text(limits: { max: number; min?: number; pattern?: RegExp }): Rule {
  const min = limits.min ?? 1;
  return (value, pointer) => {
    if (typeof value !== 'string') return fault('must provide a string', pointer);
    if (value.length < min) return fault(`must be more than ${min - 1} characters`, pointer);
    if (value.length > limits.max) return fault(`must be less than ${limits.max + 1} characters`, pointer);
    if (limits.pattern && !limits.pattern.test(value)) return fault('invalid format', pointer);
    return [];
  };
}

/** An address that a browser opens: http, https or mailto. */
export const url: Rule = (value, pointer) => {
  const faults = text({ max: 3000 })(value, pointer);
  if (faults.length > 0) return faults;
  return /^(https?:\/\/\S+|mailto:\S+)$/.test(String(value)) ? [] : fault('invalid url', pointer);
};

export const flag: Rule = (value, pointer) =>
  typeof value === 'boolean' ? [] : fault('must be a boolean', pointer);

export function number(limits: { min?: number; max?: number; whole?: boolean; above?: number } = {}): Rule {
  return (value, pointer) => {
    if (typeof value !== 'number' || !Number.isFinite(value)) return fault('must be a number', pointer);
    if (limits.whole && !Number.isInteger(value)) return fault('must be an integer', pointer);
    if (limits.min !== undefined && value < limits.min)
      return fault(`must be at least ${limits.min}`, pointer);
    if (limits.max !== undefined && value > limits.max)
      return fault(`must be at most ${limits.max}`, pointer);
    if (limits.above !== undefined && value <= limits.above) {
      return fault(`must be greater than ${limits.above}`, pointer);
    }
    return [];
  };
}

export function oneOf(...choices: (string | number)[]): Rule {
  return (value, pointer) =>
    choices.some((choice) => choice === value)
      ? []
      : fault(`invalid value, must be one of: ${choices.join(', ')}`, pointer);
}

export function list(item: Rule, limits: { min?: number; max: number }): Rule {
  const min = limits.min ?? 1;
  return (value, pointer) => {
    if (!Array.isArray(value)) return fault('must provide an array', pointer);
    if (value.length < min) return fault(`no fewer than ${min} items allowed`, pointer);
    if (value.length > limits.max) return fault(`no more than ${limits.max} items allowed`, pointer);
    return value.flatMap((entry, index) => item(entry, `${pointer}/${index}`));
  };
}

export type Fields = Readonly<Record<string, Rule>>;

/** Every required field, no unknown field; `also` sees the object when its fields are in order. */
export function record(
  required: Fields,
  optional: Fields = {},
  also?: (value: JsonObject, pointer: string) => Fault[],
): Rule {
  return (value, pointer) => {
    if (!isObject(value)) return fault('must provide an object', pointer);
    const missing = Object.keys(required)
      .filter((name) => value[name] === undefined || value[name] === null)
      .flatMap((name) => fault(`missing required field: ${name}`, pointer));
    const wrong = Object.entries(value).flatMap(([name, field]) => {
      const rule = required[name] ?? optional[name];
      if (rule === undefined) return fault(`invalid additional property: ${name}`, pointer);
      const isTold = field === null && required[name] !== undefined;
      return field === undefined || isTold ? [] : rule(field, `${pointer}/${name}`);
    });
    const faults = [...missing, ...wrong];
    return faults.length === 0 && also ? also(value, pointer) : faults;
  };
}

const anyString: Rule = (value, pointer) =>
  typeof value === 'string' ? [] : fault('must provide a string', pointer);

/** A record that also bears its `type`. */
export function typed(
  required: Fields,
  optional: Fields = {},
  also?: (value: JsonObject, pointer: string) => Fault[],
): Rule {
  return record({ type: anyString, ...required }, optional, also);
}

/** Chooses the rule by `type`; a type that is not in the table is refused. */
export function byType(table: () => Readonly<Record<string, Rule>>): Rule {
  return (value, pointer) => {
    if (!isObject(value)) return fault('must provide an object', pointer);
    if (typeof value.type !== 'string') return fault('missing required field: type', pointer);
    const rules = table();
    const rule = Object.hasOwn(rules, value.type) ? rules[value.type] : undefined;
    return rule ? rule(value, pointer) : fault(`unsupported type: ${value.type}`, `${pointer}/type`);
  };
}

export function pick(table: Readonly<Record<string, Rule>>, names: readonly string[]): Record<string, Rule> {
  return Object.fromEntries(Object.entries(table).filter(([name]) => names.includes(name)));
}
