import { afterAll, beforeAll } from '@jest/globals';
import { createDemoFolder, type Demo, type DemoFolder, startDemo } from './demo.js';

const START_TIMEOUT_MS = 280_000;

/** `npm run demo` for all tests of a file, in a folder of their own (`path`), which go with them. */
export function useDemo(
  environment: Readonly<Record<string, string>> = {},
): Demo & { readonly path: string } {
  let folder: DemoFolder | undefined;
  let demo: Demo | undefined;
  beforeAll(async () => {
    folder = await createDemoFolder();
    demo = await startDemo(folder.path, environment);
  }, START_TIMEOUT_MS);
  afterAll(async () => {
    await demo?.interrupt();
    await folder?.remove();
  });
  const started = (): Demo => {
    if (demo === undefined) throw new Error('The demo has not been started yet: use it within a test.');
    return demo;
  };
  return {
    get path() {
      if (folder === undefined) throw new Error('There is no folder yet: use it within a test.');
      return folder.path;
    },
    get pageUrl() {
      return started().pageUrl;
    },
    get output() {
      return started().output;
    },
    get process() {
      return started().process;
    },
    get variables() {
      return started().variables;
    },
    lobml: (...words) => started().lobml(...words),
    interrupt: () => started().interrupt(),
    kill: () => started().kill(),
  };
}
