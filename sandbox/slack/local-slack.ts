import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type ApiCall, createDispatcher } from './api/dispatcher.js';
import type { Core } from './core.js';
import { createResponseUrls, createTriggers } from './credentials.js';
import { createCourier, EVENT_RETRY_DELAYS_MS } from './delivery/courier.js';
import { createSignedHttp } from './delivery/signed-http.js';
import { createSocketHub } from './delivery/socket-hub.js';
import { createFaultsOnPurpose } from './faults-on-purpose.js';
import type { Notice } from './model.js';
import { ACK_TIMEOUT_MS, DEFAULT_COMMANDS, DEFAULT_TOKENS, type LocalSlackOptions } from './options.js';
import { createPageRequests } from './page-requests.js';
import { createPageSocket } from './page-server/page-socket.js';
import { pageHome, pageMessage, pageModal } from './page-shapes.js';
import { createDirectory, createPersonDriver, type PersonDriver } from './person-driver.js';
import type { Misbehaviour, PageHome, PageIncident, PageMessage, PageModal } from './protocol.js';
import { DEFAULT_SCOPES, DEFAULT_SEED } from './seed.js';
import { createHttpServer } from './server.js';
import { createSnapshot } from './snapshot.js';
import { waitFor } from './wait-for.js';
import { createWorkspace } from './workspace.js';

export type { LocalSlackOptions } from './options.js';

export interface IncidentRequest {
  readonly id: string;
  readonly host: string;
  readonly active: boolean;
}

/** A Slack for one machine: the Web API, Socket Mode, signed HTTP delivery, and a page to look at. */
export interface LocalSlack extends PersonDriver {
  /** `http://127.0.0.1:PORT`; known once it is started. */
  readonly url: string;
  /** For `slackApiUrl` and `SLACK_API_URL`. */
  readonly apiUrl: string;
  readonly pageUrl: string;
  readonly botToken: string;
  readonly appToken: string;
  readonly signingSecret: string;
  start(): Promise<void>;
  /** Ends every connection and every wait. */
  stop(): Promise<void>;
  /** What stands in a channel, as `reader` sees it; without a reader, what everybody sees. */
  messages(channel: string, reader?: string): PageMessage[];
  /** A person's open modals, top last. */
  modals(user: string): PageModal[];
  home(user: string): PageHome | undefined;
  /** What Slack itself told a person. */
  notices(user: string): Notice[];
  /** Every Web API call and its outcome, oldest first. */
  readonly calls: readonly ApiCall[];
  /**
   * Waits until `probe` returns something other than undefined, null or false; it is asked after every change.
   * @throws Error after `timeoutMs` (default 5,000)
   */
  waitFor<T>(probe: () => T | undefined | null | false, timeoutMs?: number): Promise<T>;
  /** Is a Socket Mode client connected, or an HTTP endpoint configured? */
  readonly botConnected: boolean;
  misbehave(misbehaviour: Misbehaviour): void;
  /** Cuts every Socket Mode connection. */
  dropSocket(): void;
  /** Asks every Socket Mode client to connect anew. */
  refreshSocket(): void;
  /** Where deliveries go when they do not go through Socket Mode. */
  setRequestUrl(requestUrl: string): void;
  setIncidents(incidents: PageIncident[]): void;
  /** Called when somebody causes or ends an incident at the page. */
  onIncident(handler: (incident: IncidentRequest) => void | Promise<void>): void;
}

export function createLocalSlack(options: LocalSlackOptions = {}): LocalSlack {
  const now = options.now ?? Date.now;
  const tokens = {
    botToken: options.botToken ?? DEFAULT_TOKENS.botToken,
    appToken: options.appToken ?? DEFAULT_TOKENS.appToken,
    signingSecret: options.signingSecret ?? DEFAULT_TOKENS.signingSecret,
  };
  const ackTimeoutMs = options.ackTimeoutMs ?? ACK_TIMEOUT_MS;
  const commands = options.commands ?? DEFAULT_COMMANDS;
  const workspace = createWorkspace({ ...DEFAULT_SEED, ...options.seed }, now);
  const { changes, views } = workspace;
  const faults = createFaultsOnPurpose((misbehaviour) =>
    changes.emit({ type: 'misbehaviour', misbehaviour }),
  );
  let origin: string | undefined;
  let requestUrl = options.requestUrl;
  let incidents: PageIncident[] = [];
  let incidentHandler: (incident: IncidentRequest) => void | Promise<void> = () => {};

  const hub = createSocketHub({
    appId: workspace.app.id,
    ackTimeoutMs,
    onChange: (connected) => changes.emit({ type: 'bot', connected }),
  });
  const transport = () =>
    requestUrl === undefined
      ? hub
      : createSignedHttp({ requestUrl, signingSecret: tokens.signingSecret, ackTimeoutMs, now });
  const courier = createCourier(transport, faults, {
    ackTimeoutMs,
    eventRetryDelaysMs: options.eventRetryDelaysMs ?? EVENT_RETRY_DELAYS_MS,
  });

  const core: Core = {
    workspace,
    faults,
    triggers: createTriggers(now),
    responseUrls: createResponseUrls(now),
    botToken: tokens.botToken,
    appToken: tokens.appToken,
    scopes: options.scopes ?? DEFAULT_SCOPES,
    issueSocketPath: hub.issuePath,
    origin() {
      if (origin === undefined) throw new Error('The local Slack is not started yet.');
      return origin;
    },
  };
  const dispatcher = createDispatcher(core, options.rateLimits ?? true);
  const directory = createDirectory(core);
  const names = commands.map((command) => command.command);
  const driver = createPersonDriver(core, courier, directory, names);

  const misbehave = (misbehaviour: Misbehaviour) => {
    faults.set(misbehaviour);
    changes.emit({ type: 'misbehaviour', misbehaviour: faults.current });
  };
  const page = createPageSocket({
    changes,
    snapshot: () => createSnapshot(core, { commands, incidents, botConnected: transport().connected }),
    handle: createPageRequests({
      core,
      courier,
      driver,
      directory,
      misbehave,
      dropSocket: hub.drop,
      causeIncident: async ({ id, host, active }) => incidentHandler({ id, host, active }),
    }),
  });
  const server = createHttpServer({ core, dispatcher, hub, page, staticFolder: options.staticFolder });

  return {
    ...driver,
    ...tokens,
    calls: dispatcher.calls,
    get url() {
      return core.origin();
    },
    get apiUrl() {
      return `${core.origin()}/api/`;
    },
    get pageUrl() {
      return `${core.origin()}/`;
    },
    get botConnected() {
      return transport().connected;
    },
    async start() {
      server.listen(options.port ?? 0, '127.0.0.1');
      await once(server, 'listening');
      origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
    async stop() {
      courier.stop();
      await hub.close();
      page.close();
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
    messages(channel, reader) {
      const readerId = reader === undefined ? undefined : directory.person(reader).id;
      return workspace
        .messages(directory.channel(channel).id)
        .filter((message) => message.ephemeralFor === undefined || message.ephemeralFor === readerId)
        .map((message) => pageMessage(workspace, message));
    },
    modals: (user) => views.stack(directory.person(user).id).map((view, index) => pageModal(view, index + 1)),
    home(user) {
      const view = views.home(directory.person(user).id);
      return view && pageHome(view);
    },
    notices: (user) => workspace.notices.filter((notice) => notice.user === directory.person(user).id),
    waitFor: (probe, timeoutMs) => waitFor(changes, probe, timeoutMs),
    misbehave,
    dropSocket: hub.drop,
    refreshSocket: hub.refresh,
    setRequestUrl(address) {
      requestUrl = address;
      changes.emit({ type: 'bot', connected: true });
    },
    setIncidents(list) {
      incidents = list;
      changes.emit({ type: 'incidents', incidents });
    },
    onIncident(handler) {
      incidentHandler = handler;
    },
  };
}
