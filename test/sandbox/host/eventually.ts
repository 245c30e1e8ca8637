/**
 * Asks until the answer is there.
 * @param found says what is there instead
 * @throws Error with the name of what was awaited and with what was found, after `timeoutMs`.
 */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  timeoutMs = 200_000,
  found: () => unknown = () => undefined,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > deadline) {
      const instead = JSON.stringify(await found());
      throw new Error(
        `Not seen within ${timeoutMs} ms: ${what}.${instead === undefined ? '' : ` Found: ${instead}`}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** Whether a process is there and no zombie. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
