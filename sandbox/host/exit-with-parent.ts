/**
 * Ends this process when its parent is gone: the parent holds the other end of standard input and never
 * writes, so the end of the stream is the parent's end, however it came.
 */
export function exitWithParent(beforeExit: () => Promise<void> | void = () => undefined): void {
  const end = async (): Promise<void> => {
    await beforeExit();
    process.exit(0);
  };
  process.stdin.on('end', end).on('error', end).resume();
}
