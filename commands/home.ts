import type { Services } from '../src/app/services.js';
import type { Locale } from '../src/domain/localized.js';
import type { Person } from '../src/domain/person.js';
import type { Block } from '../src/domain/report.js';
import { homeView } from '../views/home.js';

/** What the Home of the bot shows: the same for everybody, as it stands now. */
export async function home(
  { locale }: { readonly person: Person; readonly locale: Locale },
  strategies: readonly Services[],
): Promise<readonly Block[]> {
  const states = await Promise.all(
    strategies.flatMap(({ targets, status }) =>
      [...targets.targets.values()].map(async (target) => ({ target, status: await status.gather(target) })),
    ),
  );
  return homeView(states, locale);
}
