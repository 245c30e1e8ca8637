import { isObject, type JsonObject } from './block-kit/rule.js';
import type { Changes } from './changes.js';
import { identifyBlocks } from './identify-blocks.js';
import { secret, slackId } from './ids.js';
import type { View } from './model.js';
import { pageHome, pageModal } from './page-shapes.js';

/** Each person's stack of modals and Home tab. */
export interface Views {
  /** The stack of one person, top last. */
  stack(user: string): readonly View[];
  home(user: string): View | undefined;
  homes(): View[];
  find(id: string): View | undefined;
  findExternal(externalId: string): View | undefined;
  /** Replaces whatever was open. */
  open(user: string, content: JsonObject): View;
  push(user: string, content: JsonObject): View;
  update(view: View, content: JsonObject): void;
  publish(user: string, content: JsonObject): View;
  /** Closes the top view; the one below shows again. */
  pop(user: string): void;
  clear(user: string): void;
  /** Shows what is wrong with a submission; nothing takes the errors away again. */
  showErrors(view: View, errors: Record<string, string> | undefined): void;
}

function identified(content: JsonObject): View['content'] {
  return { ...content, blocks: identifyBlocks(Array.isArray(content.blocks) ? content.blocks : []) };
}

const newHash = () => `${slackId('')}.${secret(4)}`;

export function createViews(changes: Changes): Views {
  const stacks = new Map<string, View[]>();
  const homes = new Map<string, View>();

  const stack = (user: string) => stacks.get(user) ?? [];
  const show = (user: string, views: View[]) => {
    stacks.set(user, views);
    changes.emit({ type: 'modals', user, modals: views.map((view, index) => pageModal(view, index + 1)) });
  };
  const all = () => [...[...stacks.values()].flat(), ...homes.values()];

  function create(user: string, type: View['type'], content: JsonObject, below?: View): View {
    const id = slackId('V');
    return {
      id,
      type,
      user,
      content: identified(content),
      hash: newHash(),
      rootId: below?.rootId ?? id,
      ...(below ? { previousId: below.id } : {}),
      values: {},
    };
  }

  function refresh(view: View): void {
    if (view.type === 'home') changes.emit({ type: 'home', home: pageHome(view) });
    else show(view.user, stack(view.user));
  }

  return {
    stack,
    home: (user) => homes.get(user),
    homes: () => [...homes.values()],
    find: (id) => all().find((view) => view.id === id),
    findExternal: (externalId) => all().find((view) => view.content.external_id === externalId),
    open(user, content) {
      const view = create(user, 'modal', content);
      show(user, [view]);
      return view;
    },
    push(user, content) {
      const below = stack(user);
      const view = create(user, 'modal', content, below.at(-1));
      show(user, [...below, view]);
      return view;
    },
    update(view, content) {
      view.content = identified(content);
      view.hash = newHash();
      delete view.errors;
      const blockIds = new Set(view.content.blocks.filter(isObject).map((block) => block.block_id));
      view.values = Object.fromEntries(Object.entries(view.values).filter(([id]) => blockIds.has(id)));
      refresh(view);
    },
    publish(user, content) {
      const known = homes.get(user);
      const view = known ?? create(user, 'home', content);
      homes.set(user, view);
      if (known) {
        known.content = identified(content);
        known.hash = newHash();
      }
      refresh(view);
      return view;
    },
    pop: (user) => show(user, stack(user).slice(0, -1)),
    clear: (user) => show(user, []),
    showErrors(view, errors) {
      if (errors) view.errors = errors;
      else delete view.errors;
      refresh(view);
    },
  };
}
