import type { Probe } from '../context/check-context.js';
import { lookAtEachHost } from '../context/each-host.js';

/** A file of the hosts by its path, without its content. One row a host; `exists` is false where it is not there. */
export const probeFile: Probe<'file'> = async ({ path }, context, call) => {
  const { rows, gaps, hosts } = await lookAtEachHost(context, async ({ host }) => {
    const stat = await host.stat(path, call);
    if (stat === undefined) return [{ host: host.name, path, exists: false }];
    const ageSecs = (context.now().getTime() - stat.modifiedAt.getTime()) / 1000;
    const facts = {
      kind: stat.kind,
      size: stat.size,
      mode: stat.mode.toString(8),
      uid: stat.uid,
      gid: stat.gid,
    };
    const times = { age_secs: ageSecs, modified_at: stat.modifiedAt.toISOString() };
    const sha256 = stat.kind === 'file' ? await host.sha256(path, call) : null;
    return [{ host: host.name, path, exists: true, ...facts, ...times, sha256 }];
  });
  return { rows, gaps, evidence: { probe: 'file', hosts }, observedAt: context.now().toISOString() };
};
