import { z } from 'zod';
import { byBotsClock } from '../../domain/clocks.js';
import { plainPath } from '../../domain/host-setting.js';
import { observeHosts } from '../context/observe-hosts.js';
import { defineProbe } from '../context/probe-kind.js';

/** A file of the hosts by its path, without its content. One row a host; `exists` is false where it is not there. */
export const fileProbe = defineProbe({
  kind: 'file',
  needs: 'hosts',
  keys: { file: z.string().min(1) },
  columns: 'host path exists kind size mode uid gid age_secs modified_at sha256'.split(' '),
  compile({ file: path = '' }, { fault }) {
    const files: readonly [string] = [plainPath(path)];
    if (path.startsWith('/')) return { files };
    return fault({ code: 'relative_file', facts: {} });
  },
  observe: ({ files: [path] }, context, call) =>
    observeHosts('file', context, call, async ({ host, clock }) => {
      const stat = await host.stat(path, call);
      if (stat === undefined) return [{ host: host.name, path, exists: false }];
      const modifiedAt = byBotsClock(stat.modifiedAt, await clock());
      const ageSecs = (context.now().getTime() - modifiedAt.getTime()) / 1000;
      const facts = {
        kind: stat.kind,
        size: stat.size,
        mode: stat.mode.toString(8),
        uid: stat.uid,
        gid: stat.gid,
      };
      const times = { age_secs: ageSecs, modified_at: modifiedAt.toISOString() };
      const sha256 = stat.kind === 'file' ? await host.sha256(path, call) : null;
      return [{ host: host.name, path, exists: true, ...facts, ...times, sha256 }];
    }),
});
