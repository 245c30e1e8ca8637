/** The parts of `startLog.loadedLine`: a message, then its fields as `name=text`. */
interface LoadedLineParts {
  readonly message: string;
  /** Name → text, in which `{VARIABLE}` stands for a value. */
  readonly fields: readonly (readonly [string, string])[];
}

/** undefined: they are not of that form. */
export function readLoadedLine([message = '', ...rest]: readonly string[]): LoadedLineParts | undefined {
  const fields = rest.flatMap((part) => {
    const [, name, text] = /^([A-Za-z_][\w.]*)=(.+)$/.exec(part) ?? [];
    return name === undefined || text === undefined ? [] : [[name, text] as const];
  });
  const isMessage = message.trim() !== '' && !/[={}]/.test(message);
  return isMessage && fields.length === rest.length ? { message: message.trim(), fields } : undefined;
}
