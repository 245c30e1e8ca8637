import { expect, test } from '@jest/globals';
import { type RoutedServices, routeByStrategy } from '../../src/app/strategy-router.js';
import type { Click, Conversation, Subcommand, Submission } from '../../src/conversation/subcommand.js';

interface Services extends RoutedServices {
  readonly strategy: string;
}

const services = (strategy: string, name: string): Services => ({
  strategy,
  targets: { defaultTarget: name, targets: new Map([[name, { name }]]) },
});
const [A, B] = [services('a', 'live'), services('b', 'policy')];
const RUN = '0f0e0d0c-0b0a-4908-8706-050403020100';

/** The strategy whose use cases each call got. */
function routed(
  strategies: readonly Services[],
  targetOf = async (_id: string): Promise<string | undefined> => undefined,
  concerns?: (services: Services) => boolean,
  hears?: () => boolean,
) {
  const got: string[] = [];
  const subcommand: Subcommand<Services> = {
    name: 'x',
    audience: 'all',
    usage: '',
    ...(concerns === undefined ? {} : { concerns }),
    ...(hears === undefined ? {} : { hears }),
    run: async (_words, _conversation, { strategy }) => {
      got.push(strategy);
      return { exitCode: 0, json: null };
    },
    actions: { act: async (_click, { strategy }) => void got.push(strategy) },
    submissions: {
      send: async (_submission, { strategy }) => {
        got.push(strategy);
        return { kind: 'close' };
      },
    },
  };
  const [one = subcommand] = routeByStrategy([subcommand], { strategies, targetOf });
  return {
    got,
    run: (...words: string[]) => one.run(words, {} as Conversation, A),
    click: (value: string) => one.actions?.['act']?.({ value } as Click, A),
    submit: (privateMetadata: string) => one.submissions?.['send']?.({ privateMetadata } as Submission, A),
  };
}

test('a beginning of one name alone is that target; a whole name elsewhere counts first', async () => {
  const { got, run } = routed([A, B]);
  await run('pol');
  await run('--reason', 'pol', 'live');
  await run('p');
  expect(got).toEqual(['b', 'a', 'a']);
});

test('who halts may slip on the keys in a target of any strategy; what is said why names none', async () => {
  const halts = routed([A, B], undefined, undefined, () => true);
  await halts.run('polciy', '--disable');
  await halts.run('polciy', '--disable', '--reason', 'live');
  await halts.run('--disable', '—reason', 'polciy');
  expect(halts.got).toEqual(['b', 'a', 'a']);
  const others = routed([A, B]);
  await others.run('polciy');
  expect(others.got).toEqual(['a']);
});

test('the target that is named decides, else the default target', async () => {
  const { got, run, click, submit } = routed([A, B]);
  await run('Policy');
  await run('--disable', 'policy');
  await run();
  await run('nobody');
  await click('policy');
  await click(JSON.stringify({ target: 'policy', model: 'm' }));
  await submit(JSON.stringify({ target: 'policy' }));
  expect(got).toEqual(['b', 'b', 'a', 'a', 'b', 'b', 'b']);
});

test('an id that is named decides by what it belongs to; one that nobody knows, or a database that is away, does not', async () => {
  const known = routed([A, B], async (id) => (id === RUN ? 'policy' : undefined));
  await known.click(RUN);
  await known.submit(JSON.stringify({ runId: RUN }));
  await known.click(RUN.replaceAll('0', '1'));
  const away = routed([A, B], async () => {
    throw new Error('away');
  });
  await away.click(RUN);
  expect([known.got, away.got]).toEqual([['b', 'b', 'a'], ['a']]);
});

test('without a target the only strategy that may be meant is; of several one must be named', async () => {
  const nobody = async () => undefined;
  const one = routed([A, B], nobody, ({ strategy }) => strategy === 'b');
  await one.run('5m');
  await one.run('5m', 'live');
  const none = routed([A, B], nobody, () => false);
  await none.run('5m');
  expect([one.got, none.got]).toEqual([['b', 'a'], ['a']]);
  const both = routed([A, B], nobody, () => true);
  await expect(both.run('5m')).rejects.toMatchObject({
    code: 'which_target',
    facts: { known: 'live, policy' },
  });
  await both.run('5m', 'policy');
  expect(both.got).toEqual(['b']);
});

test('one strategy alone is asked nothing', () => {
  const subcommands: readonly Subcommand<Services>[] = [];
  expect(routeByStrategy(subcommands, { strategies: [A], targetOf: async () => undefined })).toBe(
    subcommands,
  );
});
