/**
 * Asks about one after the other, the next one while the answer to this one is looked at. Ends early with the signal:
 * what is cut off in the middle is no answer.
 */
export async function* oneAhead<Of, Answer>(
  all: readonly Of[],
  ask: (one: Of) => Promise<Answer>,
  signal: AbortSignal,
): AsyncGenerator<{ readonly of: Of; readonly index: number; readonly answer: Answer }> {
  const begin = (one: Of | undefined) => {
    const asked = one === undefined || signal.aborted ? undefined : ask(one);
    // It is looked at when its turn comes, if it comes.
    asked?.catch(() => {});
    return asked;
  };
  let ahead = begin(all[0]);
  for (const [index, of] of all.entries()) {
    const present = ahead;
    if (present === undefined || signal.aborted) return;
    ahead = begin(all[index + 1]);
    const answer = await present;
    if (signal.aborted) return;
    yield { of, index, answer };
  }
}
