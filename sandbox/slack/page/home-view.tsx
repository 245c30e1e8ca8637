import type { PageHome } from '../protocol.js';
import { BlockList } from './blocks/block-list.js';
import { SurfaceProvider } from './blocks/surface.js';
import { useIdentified } from './blocks/use-identified.js';
import { PageHeader } from './page-header.js';

const NOTHING: unknown[] = [];

interface Props {
  user: string;
  home: PageHome | undefined;
  onOpenBar: () => void;
}

/** The App Home of the bot, as it published it for this person. */
export function HomeView({ user, home, onOpenBar }: Props) {
  const blocks = useIdentified(home?.blocks ?? NOTHING);
  return (
    <>
      <PageHeader title="Home" onOpenBar={onOpenBar} />
      <section className="home" aria-label="App Home" data-testid="home">
        {home === undefined ? (
          <p className="empty">The bot has not published a Home for you yet.</p>
        ) : (
          <SurfaceProvider key={user} user={user} container={{ kind: 'home' }} blocks={blocks}>
            <BlockList blocks={blocks} />
          </SurfaceProvider>
        )}
      </section>
    </>
  );
}
