/**
 * Functions with an effect, or that run SQL which they are given as text. What else PostgreSQL's own catalogue calls
 * volatile is refused when the statement is first asked.
 */
const EFFECTS = new RegExp(
  `^(${[
    'set_config|setval|nextval|setseed|lo_\\w+|lowrite|loread',
    'pg_sleep\\w*|pg_(try_)?advisory_\\w+|pg_notify|pg_logical_\\w+|pg_replication_\\w+',
    'pg_(cancel|terminate)_backend|pg_(promote|reload_conf|rotate_logfile|switch_wal|wal_replay_\\w+|backup_\\w+)',
    'pg_export_snapshot|txid_current|pg_current_xact_id',
    'pg_(ls|read)_\\w+|pg_stat_(file|reset\\w*)|dblink\\w*|(query|cursor)_to_\\w+|ts_stat|ts_rewrite',
  ].join('|')})$`,
);

export const hasEffect = (name: string): boolean => EFFECTS.test(name);

interface FunctionCall {
  /** As it is called, without a schema. */
  readonly name: string;
  /** In bytes. */
  readonly location: number;
}

/** Every call of a function in a parsed statement. */
export function functionCallsIn(tree: unknown): readonly FunctionCall[] {
  const calls: FunctionCall[] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, value] of Object.entries(node)) {
      if (key === 'FuncCall') {
        const { funcname, location = 0 } = value;
        calls.push({ name: funcname?.at(-1)?.String?.sval ?? '', location });
      }
      visit(value);
    }
  };
  visit(tree);
  return calls;
}
