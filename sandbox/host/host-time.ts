import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/** The time by a host's own clock, which a file makes wrong by so many whole seconds; without it the clock is right. */
export function hostTime(clockPath: string): Date {
  let aheadSecs = 0;
  try {
    aheadSecs = Number(readFileSync(clockPath, 'utf8')) || 0;
  } catch {
    // It is right.
  }
  return new Date(Date.now() + aheadSecs * 1000);
}

/** Steps a host's clock, as somebody would who sets it by hand. @param aheadSecs below 0: behind */
export function setHostClock(clockPath: string, aheadSecs: number): void {
  writeFileSync(`${clockPath}.new`, `${aheadSecs}\n`);
  renameSync(`${clockPath}.new`, clockPath);
}
