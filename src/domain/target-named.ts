/** The target that somebody names: capitals do not matter, since a targets file has names in small letters alone. */
export const targetNamed = <T>(targets: ReadonlyMap<string, T>, name: string): T | undefined =>
  targets.get(name) ?? targets.get(name.toLowerCase());
