/**
 * Colour codes and the like, whole: CSI (`ESC [ … letter`), strings of a terminal (OSC, DCS, SOS, PM, APC: up to BEL or
 * ST, or as far as they go in their line), and escapes of two or three bytes. C1 has the same introducers in one byte.
 */
const ESCAPE_SEQUENCES =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out.
  /(?:\u001b\[|\u009b)[0-?]{0,64}[ -/]{0,8}[@-~]?|(?:\u001b[\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u001b\u009c\n]{0,4096}(?:\u0007|\u001b\\|\u009c)?|\u001b[ -/]{0,4}[0-~]?/g;

/** C0 but tab and line feed, DEL, C1; and what turns the direction of text, or stands for nothing that can be seen. */
const UNSEEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out.
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

/** Shown where a character stood that cannot be shown. */
const STAND_IN = '\ufffd';

/**
 * What other programs, files and tables say, as it may be shown on a terminal, in Slack and in JSON, without a byte that
 * could steer any of them. Escape sequences go; a control character or a mark of direction leaves `\ufffd`; tab and line
 * feed stay. For what is shown alone: values are compared as they are.
 */
export function plainText(text: string): string {
  return text.replace(ESCAPE_SEQUENCES, '').replace(UNSEEN, STAND_IN);
}

/** JSON that means the same and holds no such character itself: each stands as `\\uXXXX`. */
export const escapeUnseen = (json: string): string =>
  json.replace(UNSEEN, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** The same for a value of any shape: every text in it, and every name of a field. */
export function plainValue<Value>(value: Value): Value {
  return plain(value) as Value;
}

function plain(value: unknown): unknown {
  if (typeof value === 'string') return plainText(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null || !isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [plainText(name), plain(part)]));
}

/** No date, buffer or the like. An object can come from another realm than this module, so by what stands above it. */
function isPlainObject(value: object): boolean {
  const above: unknown = Object.getPrototypeOf(value);
  return above === null || Object.getPrototypeOf(above) === null;
}
