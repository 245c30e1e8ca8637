import { type CheckServiceOptions, createCheckService } from '../checks/check-service.js';
import type { TradingQueries } from '../checks/context/check-context.js';
import { EndpointError, type HttpGet } from '../checks/context/http-get.js';
import type { Observation } from '../checks/context/observation.js';
import type { ContextOptions } from '../checks/create-contexts.js';
import type { CheckResult } from '../domain/check-run.js';
import { type DrillFacts, NO_DRILLS } from '../domain/drill.js';
import { evaluateCheck } from '../domain/evaluate-check.js';
import type { Outcome } from '../domain/outcome.js';
import type { CaseResult } from '../domain/self-test.js';
import type { Verdict } from '../domain/verdict.js';
import { createHost } from '../hosts/kinds/create-host.js';
import type { CheckDefinition, Section } from '../runbook/check-definition.js';
import { filesOf, type Runbook } from '../runbook/runbook.js';
import { DatabaseFaultError } from '../store/database-fault-error.js';
import { SERVER_CLOCK } from '../store/server-moment.js';
import { SOURCE_QUERY } from '../trading/source-state.js';
import type { CheckCase } from './cases-schema.js';
import type { CheckCases } from './load-cases.js';
import { compiledFor, type Mutant } from './mutant.js';
import { neededRows } from './needed-rows.js';
import type { ScratchDatabase } from './scratch-database.js';
import { createScratchHost } from './scratch-host.js';
import type { Sight } from './tell-apart.js';

/** A case, and what it says of spoiled copies of its check. */
export interface ProvedCase {
  readonly case: CaseResult;
  /** What the check has seen; undefined: its probe failed. */
  readonly sight: Sight | undefined;
  /** The mutants whose outcome is not the expected one. */
  readonly noticed: readonly Mutant[];
}

export interface CaseOptions
  extends Pick<CheckServiceOptions, 'now' | 'monotonicMs' | 'newRunId' | 'modelGate'> {
  readonly runbook: Runbook;
  readonly cases: CheckCases;
  readonly database: Pick<ScratchDatabase, 'trading' | 'arrange'>;
}

/** Sets a case's situation up and lets the real check look at it, as the only check of a run; then its mutants. */
export async function runCase(
  wanted: CheckCase,
  mutants: readonly Mutant[],
  options: CaseOptions,
): Promise<ProvedCase> {
  const { cases, database, now } = options;
  const runbook = withBounds(options.runbook, wanted.params);
  const host = await createScratchHost(cases, wanted, runbook.envPrefix, now());
  const section = sectionWith(runbook, wanted.check, host.placeOf);
  const observed: (Sight & Pick<Observation, 'gaps'>)[] = [];
  try {
    for (const { probe } of section.checks.filter((check) => readsTables(check, runbook))) {
      const base = neededRows(cases.base.sql, readBy(probe, runbook), wanted.sql);
      await database.arrange([...base, ...wanted.sql]);
    }
    const serviceFor = ({ binds = {}, spoil = (whole) => whole }: Pick<Mutant, 'binds' | 'spoil'> = {}) =>
      createCheckService({
        ...options,
        // Charts decide nothing, and a case may have taken their tables away.
        runbook: spoil({
          ...runbook,
          params: { ...runbook.params, ...binds },
          sections: [section],
          charts: [],
        }),
        hostOf: (settings) => createHost(settings, { files: filesOf({ sections: [section] }) }),
        targets: host.targets,
        trading: withClock(asStandby(database.trading, wanted.standby), wanted.clocks),
        now: () => later(now(), wanted.clocks?.bot),
        stateMoment: stateMomentOf(wanted.clocks, now),
        httpGet: answering({ ...cases.base.http, ...wanted.http }),
        lastConfirmed: async () => host.confirmed,
        drillFacts: async () => drillsOf(wanted.drill),
        saveRun: async () => {},
        onStoreError: () => {},
        onObserved: (_id, observation, env) => void observed.push({ ...observation, env }),
      });
    const { run } = await serviceFor().run({
      kind: section.kinds[0] ?? 'precheck',
      target: host.target,
      requestedBy: { id: 'selftest', name: 'selftest', surface: 'terminal' },
    });
    const [result] = run.checks;
    const [check] = section.checks;
    if (result === undefined || check === undefined) throw new Error(`the check ${wanted.check} did not run`);
    const { name, expect: expected } = wanted;
    const isAsExpected = agrees(wanted, result, run.verdict);
    const [sight] = observed;
    const others = new Map<Mutant, Outcome | undefined>();
    for (const group of atOnce(mutants)) {
      const checks = group.map(({ apply }) => apply(check, runbook));
      const results = await serviceFor(group[0]).examine({ target: host.target, checks });
      for (const [index, mutant] of group.entries()) others.set(mutant, outcomeOf(results[index]));
    }
    const noticed = mutants.filter((mutant) => {
      const outcome = mutant.looksAgain
        ? others.get(mutant)
        : sight && evaluateCheck(mutant.apply(check, runbook), sight, sight.env).outcome;
      return isAsExpected && outcome !== undefined && outcome !== expected;
    });
    const hasOwnBounds = Object.keys(wanted.params).length > 0;
    const { verdict } = run;
    return { case: { name, expected, result, verdict, agrees: isAsExpected, hasOwnBounds }, sight, noticed };
  } finally {
    await host.remove();
  }
}

/** Those that look again: all that go by the runbook's own parameters and variables together, and each other one by itself. */
function atOnce(mutants: readonly Mutant[]): readonly (readonly Mutant[])[] {
  const looks = mutants.filter(({ looksAgain }) => looksAgain);
  const alike = looks.filter(
    ({ binds = {}, spoil }) => spoil === undefined && Object.keys(binds).length === 0,
  );
  const others = looks.filter((mutant) => !alike.includes(mutant)).map((mutant) => [mutant]);
  return alike.length === 0 ? others : [alike, ...others];
}

/** The scratch database is a primary: of a standby, what it says of itself is made up. */
function asStandby(trading: TradingQueries, standby: CheckCase['standby']): TradingQueries {
  if (standby === undefined) return trading;
  const { lagSecs, isPaused, maxLagSecs } = standby;
  return {
    standbyMaxLagSecs: maxLagSecs,
    async query(request) {
      const answer = await trading.query(request);
      if (request.text !== SOURCE_QUERY) return answer;
      const said = { in_recovery: true, is_paused: isPaused, lag_secs: lagSecs };
      return { ...answer, rows: answer.rows.map((row) => ({ ...row, ...said })) };
    },
  };
}

type Clocks = CheckCase['clocks'];

const later = (at: Date, seconds = 0): Date => new Date(at.getTime() + seconds * 1000);

/** Its clock as the case has it; everything else it answers itself. */
function withClock(trading: TradingQueries, clocks: Clocks): TradingQueries {
  if (clocks === undefined) return trading;
  return {
    ...trading,
    async query(request) {
      const answer = await trading.query(request);
      if (request.text !== SERVER_CLOCK) return answer;
      if (clocks.silent === 'trading') throw new DatabaseFaultError('trading', 'unreachable');
      const rows = answer.rows.map((row) => ({
        ...row,
        at_ms: Number(row['at_ms']) + clocks.trading * 1000,
      }));
      return { ...answer, rows };
    },
  };
}

/** The bot's own database has no part in a case but its clock. */
function stateMomentOf(clocks: Clocks, now: () => Date): ContextOptions['stateMoment'] {
  if (clocks === undefined || (clocks.state === undefined && clocks.silent !== 'state')) return undefined;
  return async () => {
    if (clocks.silent === 'state') throw new DatabaseFaultError('trading', 'unreachable');
    return { at: later(now(), clocks.state), errorMs: 0, server: 'state' };
  };
}

/** A statement that had no time, or is none, says nothing. */
function outcomeOf(result: CheckResult | undefined): Outcome | undefined {
  const { code, facts = {} } = result?.reason ?? {};
  const isLate = code === 'probe_timeout' || facts['code'] === 'timeout';
  const isNone = String(facts['sqlState'] ?? '').startsWith('42');
  return isLate || isNone ? undefined : result?.outcome;
}

/** Endpoints answer what the case says; one that it does not name is not there. */
function answering(answers: CheckCase['http']): HttpGet {
  return async ({ url }) => {
    const answer = Object.entries(answers).find(([place]) => new URL(place).href === url.href)?.[1] ?? null;
    if (answer === null) throw new EndpointError('unreachable', 'ECONNREFUSED');
    const { status, json, text = JSON.stringify(json ?? null) } = answer;
    return { status, body: Buffer.from(text), durationMs: 0 };
  };
}

const drillsOf = ({ days, never }: CheckCase['drill']): DrillFacts =>
  never ? { ...NO_DRILLS, days } : { never, days, kind: 'rehearsal', tookMs: 1_000, p99Ms: 1_000, count: 1 };

/** The runbook with some of its bounds changed. */
function withBounds(runbook: Runbook, bounds: CheckCase['params']): Runbook {
  if (Object.keys(bounds).length === 0) return runbook;
  const changed = { ...runbook, params: { ...runbook.params, ...bounds } };
  const sections = runbook.sections.map((section) => ({
    ...section,
    checks: section.checks.map((check) => compiledFor(check, changed)),
  }));
  return { ...changed, sections };
}

/** A model is tried on rows of the market. */
const readsTables = ({ probe }: CheckDefinition, { modelInputs }: Pick<Runbook, 'modelInputs'>): boolean =>
  probe.needs === 'trading_database' || (probe.judgedModel !== undefined && modelInputs !== undefined);

/** What it asks of the trading database: its own statement, or what its model is tried on. */
const readBy = ({ query }: CheckDefinition['probe'], { modelInputs }: Pick<Runbook, 'modelInputs'>): string =>
  (query ?? modelInputs)?.statement.text ?? 'SELECT';

/** The section with this check alone, which looks for its files in the scratch folder. */
function sectionWith(runbook: Runbook, id: string, placeOf: (path: string) => string): Section {
  for (const section of runbook.sections) {
    const checks = section.checks
      .filter((check) => check.id === id)
      .map(({ probe, ...check }) => ({
        ...check,
        probe: { ...probe, files: (probe.files ?? []).map(placeOf) },
      }));
    if (checks.length > 0) return { ...section, checks };
  }
  throw new Error(`the runbook has no check ${id}`);
}

function agrees(wanted: CheckCase, result: CheckResult, verdict: Verdict): boolean {
  if (result.outcome !== wanted.expect) return false;
  return wanted.expect !== 'FAIL' || result.mode === 'shadow' || verdict === 'NO_GO';
}
