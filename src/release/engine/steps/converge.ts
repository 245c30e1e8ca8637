import { type HostDifference, lookAtHost } from '../convergence.js';
import { lookAgain, nothingSeen, type Step } from '../step.js';

/** Compares every host with the plan; one that differs is named. */
export const convergeStep: Step = {
  observe: nothingSeen,
  async apply(context) {
    const found = await Promise.all(
      context.plan.hosts.map(({ host }) => lookAtHost(context, context.host(host))),
    );
    const differences = found.flatMap((host) => host.differences);
    if (differences.length === 0) return { kind: 'done', after: { hosts: found.map(({ host }) => host) } };
    const facts = { differences: differences.map(line) };
    return { kind: 'failed', problem: { code: 'hosts_differ', facts } };
  },
  reconcile: lookAgain,
};

const line = ({ host, subject, expected, found }: HostDifference): string =>
  `${host}: ${subject} ${found === '' ? '—' : found} ≠ ${expected === '' ? '—' : expected}`;
