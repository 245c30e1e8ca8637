import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiAnswer, Dispatcher } from './api/dispatcher.js';
import { SlackError } from './api/slack-error.js';
import type { Core } from './core.js';
import type { SocketHub } from './delivery/socket-hub.js';
import { RESPONSE_URL } from './faults-on-purpose.js';
import { parseBody, readBody } from './http-body.js';
import type { PageSocket } from './page-server/page-socket.js';
import { serveFile } from './page-server/static-files.js';
import { applyAnswer } from './people/answers.js';

export interface ServerParts {
  readonly core: Core;
  readonly dispatcher: Dispatcher;
  readonly hub: SocketHub;
  readonly page: PageSocket;
  /** The folder of the built page. */
  readonly staticFolder: string | undefined;
}

function bearer(request: IncomingMessage): string | undefined {
  return /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
}

function sendJson(response: ServerResponse, { status, body, headers }: ApiAnswer): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(JSON.stringify(body));
}

async function answerApi(parts: ServerParts, request: IncomingMessage, response: ServerResponse, url: URL) {
  const method = url.pathname.slice('/api/'.length);
  const { faults } = parts.core;
  const body = parseBody(request.headers['content-type'] ?? '', await readBody(request));
  if (faults.current.apiDelayMs) await sleep(faults.current.apiDelayMs, undefined, { ref: false });
  if (!body)
    return sendJson(response, { status: 200, body: { ok: false, error: 'invalid_json' }, headers: {} });
  const args = { ...Object.fromEntries(url.searchParams), ...body };
  const token = bearer(request) ?? (typeof args.token === 'string' ? args.token : undefined);
  const answer = parts.dispatcher.answer(method, token, args);
  if (faults.loseReply(method)) request.socket.destroy();
  else sendJson(response, answer);
}

/** A response_url takes JSON only, and tells what is wrong by status and text. */
async function answerResponseUrl(core: Core, request: IncomingMessage, response: ServerResponse, url: URL) {
  const refuse = (status: number, text: string) => {
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
    response.end(text);
  };
  const body = parseBody('application/json', await readBody(request));
  const { faults } = core;
  if (faults.current.apiDelayMs) await sleep(faults.current.apiDelayMs, undefined, { ref: false });
  const faulty = faults.refuse(RESPONSE_URL);
  if (faulty?.status === 429) response.setHeader('retry-after', String(faulty.retryAfterSecs));
  if (faulty) return refuse(faulty.status, faulty.status === 429 ? 'rate_limited' : 'internal_error');
  const target = core.responseUrls.use(url.pathname);
  if ('refused' in target) return refuse(404, target.refused);
  if (!body) return refuse(400, 'invalid_payload');
  try {
    applyAnswer(core, target, body);
    if (faults.loseReply(RESPONSE_URL)) request.socket.destroy();
    else refuse(200, 'ok');
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    refuse(400, error.code);
  }
}

async function route(parts: ServerParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://sandbox');
  if (url.pathname.startsWith('/api/')) return answerApi(parts, request, response, url);
  if (url.pathname.startsWith('/respond/')) return answerResponseUrl(parts.core, request, response, url);
  return serveFile(parts.staticFolder, url.pathname, response);
}

/** The one HTTP server: Web API, response URLs, the page, and both WebSockets. */
export function createHttpServer(parts: ServerParts): Server {
  const server = createServer((request, response) => {
    route(parts, request, response).catch((error: unknown) => {
      if (response.headersSent) return response.destroy();
      const reason = error instanceof Error ? error.message : String(error);
      return sendJson(response, {
        status: 500,
        body: { ok: false, error: 'fatal_error', reason },
        headers: {},
      });
    });
  });
  server.on('upgrade', (request, socket, head) => {
    const path = new URL(request.url ?? '/', 'http://sandbox').pathname;
    if (path === '/link/') parts.hub.accept(request, socket, head);
    else if (path === '/page') parts.page.accept(request, socket, head);
    else socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
  });
  return server;
}
