import { isSecretName, MASK } from '../domain/secrets.js';

export type Variables = Readonly<Record<string, string | undefined>>;

/** Shorter values stand in ordinary words, too: hiding them would leave nothing to read. */
const LEAST_LENGTH = 6;
const LEAST_SECRET_LENGTH = 3;

/**
 * What no line of a trainer may show, longest first: the values of its own variables, and of the bot's environment
 * what is secret by its name or is the password of an address.
 */
export function secretValues(trainer: Variables, bot: Variables): readonly string[] {
  const known = Object.entries(bot).flatMap(([name, value = '']) => [
    ...(isSecretName(name) ? linesOf(value, LEAST_SECRET_LENGTH) : []),
    ...(passwordsOf(value).length > 0 ? [value] : []),
    ...passwordsOf(value),
  ]);
  const own = Object.entries(trainer).flatMap(([name, value = '']) => [
    ...linesOf(value, isSecretName(name) ? LEAST_SECRET_LENGTH : LEAST_LENGTH),
    ...passwordsOf(value),
  ]);
  return [...new Set([...known, ...own])].toSorted((a, b) => b.length - a.length);
}

/** A key of several lines may be printed line by line. */
const linesOf = (value: string, least: number): readonly string[] =>
  value
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line.length >= least);

/** The password of an address, as it is written there and as it is meant. */
function passwordsOf(value: string): readonly string[] {
  const [, written = ''] = /^[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:([^\s/]+)@/i.exec(value) ?? [];
  return [...new Set([written, decoded(written)])].filter((text) => text.length >= LEAST_SECRET_LENGTH);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export const withoutSecrets = (text: string, secrets: readonly string[]): string =>
  secrets.reduce((rest, secret) => rest.replaceAll(secret, MASK), text);
