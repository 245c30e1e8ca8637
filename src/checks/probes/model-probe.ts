import type { ObservedRow } from '../../domain/check-run.js';
import type { FaultCode } from '../../domain/fault.js';
import { plainPath } from '../../domain/host-setting.js';
import type { Reason } from '../../domain/reason.js';
import { shownInFile, shownInProcess } from '../../hosts/environment/concealed-value.js';
import { type Host, HostError } from '../../hosts/host.js';
import type { ModelFinding } from '../../model/model-gate.js';
import { MAX_META_BYTES, metaPathOf } from '../../model/model-meta.js';
import { variableName } from '../../runbook/strategy-contract.js';
import type { CheckContext, HostAccess, ProbeCall } from '../context/check-context.js';
import { layerFault } from '../context/host-environment.js';
import { observeHosts } from '../context/observe-hosts.js';
import { defineProbe } from '../context/probe-kind.js';
import { readTypicalRows } from '../context/typical-rows.js';
import { type HeldAgainst, plannedModelFinding, sayingWhatIsMissing } from './planned-model.js';

const MAX_MODEL_BYTES = 512 * 1024 * 1024;

const COLUMNS = `host path staged_path real_path models size modified_at user sha256 fault file line because found producer
  opset nodes typical_rows tried_inputs input_dim output_dim values not_finite least_output
  most_output limit_secs limit_mib expected_dim source has_meta horizon rows trained_from trained_to
  data_age_hours data_span_hours metrics compared comparison_missing worst_metric metric_loss
  metrics_untold features_unfed trained_at age_from`;

/**
 * The model file that a variable names, on each host: there, a regular file, readable by the service's account, not
 * empty, and judged by the model gate. One row a host. A model that the gate knows by its hash is not transferred.
 */
export const modelProbe = defineProbe({
  kind: 'model',
  timeoutMs: 10_000,
  needs: 'hosts',
  keys: { model: variableName },
  columns: COLUMNS.split(/\s+/),
  compile: ({ model = '' }, { variable }) => variable(model) && { variable: model, judgedModel: model },
  async observe({ variable }, context, call) {
    const name = `${context.runbook.envPrefix}${variable}`;
    const seen = await observeHosts('model', context, call, async (access) => [
      await modelRow(access, name, context, call),
    ]);
    const unknown = seen.rows.filter(({ fault, user }) => fault === '' && user === null);
    const notAsked = unknown.map(
      ({ host }): Reason => ({ code: 'account_unknown', facts: { hosts: [String(host)] } }),
    );
    const [sha256] = seen.rows.flatMap((row) => (typeof row['sha256'] === 'string' ? [row['sha256']] : []));
    const evidence = sha256 === undefined ? seen.evidence : { ...seen.evidence, sha256 };
    return { ...seen, gaps: [...seen.gaps, ...notAsked], evidence };
  },
});

async function modelRow(
  access: HostAccess,
  variable: string,
  context: CheckContext,
  call: ProbeCall,
): Promise<ObservedRow> {
  const { host, settings } = access;
  const environment = await access.environment();
  const broken = layerFault(environment);
  if (broken !== undefined) return { host: host.name, path: '', size: null, sha256: null, ...broken };
  const named = shownInFile(environment.effective.get(variable))?.trim() ?? '';
  const path = named.startsWith('/') ? plainPath(named) : named;
  const about = { host: host.name, path, size: null, sha256: null };
  const wrong = (fault: FaultCode, facts: ObservedRow = {}): ObservedRow => ({ ...about, ...facts, fault });
  if (!path.startsWith('/')) return wrong('model_path_unknown');
  const planned = access.planned?.model;
  if (planned?.path === path) {
    const against = await heldAgainst(access, { path, variable }, context, call);
    return { ...about, ...(await plannedModelFinding(planned, against, context)) };
  }

  const stat = await host.stat(path, call);
  if (stat === undefined) return wrong('file_missing');
  if (stat.kind !== 'file') return wrong('not_a_file');
  const models = settings.models === undefined ? undefined : await host.stat(settings.models, call);
  if (models !== undefined && !stat.realPath.startsWith(`${models.realPath}/`)) {
    return wrong('outside_models_folder', { real_path: stat.realPath, models: models.realPath });
  }
  const size = { size: stat.size, modified_at: stat.modifiedAt.toISOString() };
  if (stat.size === 0) return wrong('empty_file', size);
  const user = settings.service.user ?? (await host.service.account(await access.status(), call)) ?? null;
  if (user !== null && !(await host.readableBy(path, user, call))) {
    return wrong('not_readable', { ...size, user });
  }
  const sha256 = await host.sha256(path, call);
  const finding = await judge(access, { path, sha256, variable }, context, call);
  return { ...about, ...size, user, sha256, ...finding };
}

interface HostModel {
  readonly path: string;
  readonly sha256: string;
  /** The variable that names it, with its prefix. */
  readonly variable: string;
}

async function judge(
  access: HostAccess,
  model: HostModel,
  context: CheckContext,
  call: ProbeCall,
): Promise<ModelFinding> {
  const { host } = access;
  const { path, sha256 } = model;
  const against = await heldAgainst(access, model, context, call);
  const read = async () => {
    const file = await host.readFile(path, { ...call, maxBytes: MAX_MODEL_BYTES });
    if (file?.sha256 === sha256) return file.bytes;
    const facts = { host: host.name, path };
    throw new HostError('unreadable_answer', { code: 'host_changed_while_read', facts });
  };
  return sayingWhatIsMissing(async () =>
    context.modelGate.judge({
      ...against,
      sha256,
      bytes: read,
      meta: await readText(host, metaPathOf(path), call),
    }),
  );
}

/** What a model of a host is held against, wherever it stands now. */
async function heldAgainst(
  access: HostAccess,
  { path, variable }: Pick<HostModel, 'path' | 'variable'>,
  context: CheckContext,
  call: ProbeCall,
): Promise<HeldAgainst> {
  const { effective } = await access.environment();
  const { envPrefix, model } = context.runbook;
  const name = model?.inputDim ?? '';
  const inputDim = effective.get(`${envPrefix}${name}`)?.value;
  const replaced = await replacedModel(access, variable, path, call);
  return {
    isReplacing: replaced !== undefined,
    runningMeta: replaced && (await readText(access.host, metaPathOf(replaced), call)),
    typicalRows: () => readTypicalRows(context, call),
    ...(inputDim === undefined ? {} : { expectedInputDim: { variable: name, value: dimensionOf(inputDim) } }),
  };
}

/** What is no whole number above 0 fits no model. */
function dimensionOf(text: string): number {
  return /^\+?\d+$/.test(text) ? Number(text) : 0;
}

/** The path of the model that runs, where it is another than the one that is judged; of a stopped service, what its files name now. */
async function replacedModel(
  { host, planned, status }: HostAccess,
  variable: string,
  path: string,
  call: ProbeCall,
): Promise<string | undefined> {
  const { mainPid } = await status();
  const environment =
    mainPid === 0 ? undefined : await host.service.processEnvironment(mainPid, [variable], call);
  const found = planned?.present.effective.get(variable);
  const present = shownInProcess(environment?.get(variable), found) ?? shownInFile(found);
  const replaced = present?.trim() ?? '';
  return replaced.startsWith('/') && plainPath(replaced) !== path ? replaced : undefined;
}

async function readText(host: Host, path: string, call: ProbeCall): Promise<string | undefined> {
  const file = await host.readFile(path, { ...call, maxBytes: MAX_META_BYTES });
  return file?.bytes.toString('utf8');
}
