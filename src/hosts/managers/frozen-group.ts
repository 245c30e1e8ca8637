/** Where control groups of version 2 stand: alone, and beside those of version 1. */
const ROOTS = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'];

/** @param cgroup of /proc/PID/cgroup. @returns the files that may say that its group, or one above it, is frozen */
export function freezerFiles(cgroup: string): readonly string[] {
  return cgroup.split('\n').flatMap((line) => {
    const [, controllers = '', group] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (group === undefined || group.split('/').includes('..')) return [];
    if (controllers === '') return ROOTS.map((root) => `${root}${group}/cgroup.events`);
    return controllers.split(',').includes('freezer') ? [`/sys/fs/cgroup/freezer${group}/freezer.state`] : [];
  });
}

/** @param text of such files, one after the other; what is not there says nothing. */
export const saysFrozen = (text: string): boolean => /^(?:frozen 1|FROZEN|FREEZING)$/m.test(text);
