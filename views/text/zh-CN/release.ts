import type { ReleaseText } from '../en/release.js';
import type { Facts } from '../en/report.js';

/** Of a lock with an end. */
const untilOf = (fact: Facts): string => fact('until') && `，至 ${fact('until')}`;

/** What a model lacks where it is promoted from. */
function lacks(fact: Facts): string {
  const wanted = `${fact('wanted')} ${fact('unit')}、${fact('wantedEntries')} 笔入场`;
  switch (fact('why')) {
    case 'never_confirmed':
      return `${fact('name')} 从未在 ${fact('from')} 上确认。须先在那里发布，并有 ${wanted}。`;
    case 'no_go':
      return `${fact('name')} 在 ${fact('from')} 上运行时 ${fact('run')} 为 NO-GO（${fact('since')}）。须在那里重新确认，再有 ${wanted}。`;
    case 'rolled_back':
      return `${fact('name')} 已在 ${fact('from')} 上回滚（${fact('since')}）。须在那里重新确认，再有 ${wanted}。`;
    default:
      return `${fact('name')} 在 ${fact('from')} 上仅有 ${fact('done')} / ${fact('wanted')} ${fact('unit')}、${fact('entries')} / ${fact('wantedEntries')} 笔入场：请让它继续运行。`;
  }
}

export const release: ReleaseText = {
  refusal: {
    bad_artefact_name: (fact) =>
      `\`${fact('name')}\` 不是普通文件名：只能用字母、数字和 . _ + -，最多 ${fact('most')} 个字符。请在 staging 目录中改名。`,
    artefact_missing: (fact) =>
      `本机器人所在机器的 staging 目录 ${fact('folder')} 中没有 \`${fact('name')}\`。`,
    staged_elsewhere: (fact) =>
      `处理此次点击的机器人在 ${fact('folder')} 中没有 \`${fact('name')}\`：文件在另一台机器上，或已被移走。未作任何决定。请再次点击，或将文件放到该处。`,
    artefact_not_a_file: (fact) =>
      `\`${fact('name')}\` 不是 staging 目录中的普通文件。请把文件本身复制过去。`,
    artefact_empty: (fact) => `\`${fact('name')}\` 是空文件。请重新复制到 staging 目录。`,
    artefact_too_large: (fact) => `\`${fact('name')}\` 大于 ${fact('most')}，超过可部署的上限。`,
    artefact_not_readable: (fact) =>
      `机器人无法读取 staging 目录中的 \`${fact('name')}\` 或其 \`.meta.json\`。请给机器人账号读取权限，或重新复制。`,
    no_staging_folder: () => 'targets 文件没有设置 `staging` 目录，无法从中部署。',
    no_models_folder: (fact) => `targets 文件没有为 ${fact('host')} 设置 \`models\` 目录。`,
    no_binary_path: (fact) => `targets 文件没有为 ${fact('host')} 设置 \`binary\`。`,
    no_model_variable: () => '策略的 runbook 没有 `model`：没有说明如何选择模型。',
    version_missing: () => '请填写模型版本：每个订单都会带上它。',
    version_without_model: () => '版本随模型而定：请同时选择模型。',
    reason_missing: () => '请填写原因：它会出现在申请和审计记录中。',
    too_much_text: () => '原因与变量值合计过长：请缩短原因。',
    nothing_to_do: () => '所有主机已经是这些值：没有可发布的内容。',
    unknown_variable: (fact) =>
      `策略没有变量 \`${fact('variable')}\`。${fact('nearest') ? `是否想写 \`${fact('nearest')}\`？` : ''}`,
    variable_from_model: (fact) => `\`${fact('variable')}\` 由本次发布的模型决定：请不要填写。`,
    bad_value: (fact) =>
      `\`${fact('variable')}\`：${release.valueFault[fact('fault') as keyof typeof release.valueFault](fact)}`,
    release_turns_on: () => '发布会启用策略。要停用请使用 `/lobml rollback`，无需审批。',
    overridden_by_layer: (fact) =>
      `${fact('host')}：${fact('file')} 在其后再次设置 \`${fact('variable')}\`，更改不会生效。请先在那里删除。`,
    unsafe_environment_file: (fact) =>
      `${fact('host')}：${fact('file')} 无法逐行修改（缺失、引号未闭合或不是 UTF-8）。请先人工修正。`,
    host_error: (fact) => `无法查看 ${fact('host')}：${fact('told')} 未执行任何操作，请重试。`,
    configuration_changed: (fact) => `${fact('file')} 与机器人加载的文件不一致。请重启机器人后重新制定计划。`,
    verdict_forbids: (fact) =>
      `结论为 ${fact('verdict').replace('_', '-')}：发布需要 GO。请先排除阻断原因，再重新制定计划。`,
    verdict_expired: () =>
      '该计划的检查已过期，不能据此申请。请重新制定计划：`/lobml deploy` 会重新运行 precheck。',
    not_acknowledged: (fact) => `请先以本人名义确认：${fact('subjects')}。`,
    changes_other_target: (fact) =>
      `这会改变 \`${fact('target')}\` 正在运行或下次重启后运行的内容（${fact('host')}：\`${fact('path')}\`）。请在 targets 文件中为 \`${fact('own')}\` 单独设置，或以本人名义确认 \`${fact('subject')}\`：届时 \`${fact('target')}\` 的审批人也须同意。`,
    model_not_proved: (fact) =>
      `${fact('check')} 为 ${fact('outcome')}：紧急发布可以跳过审批人，但不能跳过模型检查。`,
    run_not_stored: () => '该计划的检查没有保存，无法向他人展示。请重新制定计划。',
    request_exists: (fact) =>
      fact('state') === 'executing'
        ? `${fact('by')} 申请的发布正在执行。请等待其结束，或在其消息上取消。`
        : `该目标已有${fact('by') ? ` ${fact('by')} 的` : ''}申请尚未结束。请等待、让其撤回，或由 operator 取代它${fact('who') && `（${fact('who')}）`}。`,
    target_locked: (fact) =>
      `目标自 ${fact('since')} 起被 ${fact('by')} 锁定${untilOf(fact)}：${fact('reason')}。由本人或管理员解锁。`,
    review_pending: (fact) => `${fact('by')} 在该目标上做过紧急发布，尚无第二人复核。请先在事故频道复核。`,
    nobody_may_approve: () =>
      '该目标的审批策略没有列出任何人。请在 targets 文件中设置 `approval.groups` 或 `approval.users`。',
    no_reports_channel: () => 'targets 文件没有为该目标设置 `channels`，无法向任何人发出申请。',
    not_allowed: (fact) => `您无权执行此操作。${fact('who') ? `有权操作：${fact('who')}。` : ''}`,
    requester_unknown: (fact) =>
      `账户 \`${fact('account')}\` 未对应任何 Slack 用户，申请人可能批准自己的申请。请在 targets 文件的 \`accounts\` 中登记，或在 Slack 中使用 \`/lobml deploy\`。`,
    frozen: (fact) =>
      `该目标在 ${fact('until')} 之前处于冻结期${fact('reason') && `（${fact('reason')}）`}，不能启动发布。请在此之后启动；admin 可以 break-glass。`,
    not_promoted: (fact) => `${lacks(fact)}没有申请，也没有启动；admin 可以 break-glass。`,
    promotion_unknown: (fact) =>
      `无法确定该模型在 ${fact('from')} 上的表现（${fact('code')}），因此不能发布到这里。请运行 \`lobml doctor\` 后重试。`,
    request_unknown: () => '该申请不存在（或已不存在）。',
    request_closed: (fact) =>
      `该申请不能再更改：${release.state[fact('state') as keyof typeof release.state]}。`,
    request_renewed: () => '您看到之后，该申请的检查已重新运行。请再看一遍消息后决定。',
    withdraw_instead: () => '该发布由您申请：请点击“撤回”来结束它。',
    self_approval: () => '该发布由您申请，您的审批不计入。需要其他人审核。',
    not_active_member: () => '访客、机器人和已停用的用户不能审批。',
    not_an_approver: () => '您不在该目标的审批人之列。',
    evidence_expired: () => '该申请的检查已过期。请点击“重新检查”，查看结果后再决定。',
    verdict_revoked: (fact) =>
      `该目标之后的一次 \`${fact('run')}\` 结论为 ${fact('verdict')}（${fact('since')}）：该申请的 GO 不再有效。请处理其中指出的问题，点击“重新检查”，再做决定。`,
    content_changed: () => '要部署的内容在展示之后发生了变化。以下是现在的计划。',
    nothing_to_take_back: () => '您在该申请上没有可收回的审批。',
    not_yours_to_withdraw: (fact) => `只有 ${fact('by')} 或管理员可以撤回该申请。您可以拒绝它。`,
    quorum_not_reached: () => '审批人数（已）不足，因此没有启动。',
    shared_at_work: (fact) =>
      `*${fact('target')}* 的发布正在进行，也会放置或更改 \`${fact('path')}\`。没有启动：否则两者会互相还原对方的文件。请在其结束后再启动。`,
    release_running: () => '该目标的另一次发布仍在进行，因此没有启动。',
    halted_since: (fact) =>
      `${fact('by')} 于 ${fact('since')} 停止了该目标，因此没有启动。停止结束后请重新申请。`,
    only_in_slack: () => '此操作只能在 Slack 中进行，不能在终端中进行。',
    own_break_glass: () => '紧急发布由您执行：须由第二人复核。',
    nothing_to_confirm: () =>
      '没有等待确认的发布（或已不再等待）：只有最后一次检查仅缺数据的发布才能在期限前确认。',
    nothing_under_way: () => '该目标没有正在进行的发布，因此没有可说明的。',
    host_not_in_release: (fact) =>
      `${fact('host')} 不是此次发布仍在处理的主机。请指定其中之一：${fact('hosts')}。`,
    nobody_must_look: () => '此次发布目前不需要人工查看，因此没有执行任何操作。',
    more_than_data_missing: (fact) => `再次检查时缺的不只是数据：${fact('checks')}。未作任何确认。`,
    already_locked: (fact) =>
      `自 ${fact('since')} 起已被 ${fact('by')} 锁定${untilOf(fact)}：${fact('reason')}。`,
    not_locked: () => '该目标没有被锁定。',
    lock_of_another: (fact) => `该锁由 ${fact('by')} 设置（${fact('reason')}）。只有本人或管理员可以解除。`,
  },
  valueFault: {
    not_set: () => '请填写值。',
    empty: () => '请填写值。',
    not_a_boolean: (fact) => `\`${fact('value')}\` 不是布尔值；请写 true 或 false。`,
    not_one_of: (fact) =>
      `\`${fact('value')}\` 不在 ${fact('expected')} 之中。${fact('nearest') ? `是否想写 \`${fact('nearest')}\`？` : ''}`,
    not_a_number: (fact) => `\`${fact('value')}\` 不是数字${fact('expected') && `（${fact('expected')}）`}。`,
    not_whole: (fact) => `\`${fact('value')}\` 不是整数（${fact('expected')}）。`,
    out_of_range: (fact) => `\`${fact('value')}\` 超出 ${fact('expected')}。`,
    not_absolute: (fact) => `\`${fact('value')}\` 不是绝对路径。`,
    not_one_line: () => '值必须是一行，最多 500 个字符。',
  },
  changed: {
    model: (fact) => `模型 ${fact('subject')} 已是另一个文件。`,
    binary: (fact) => `二进制 ${fact('subject')} 已是另一个文件。`,
    hosts: (fact) => `主机现为 ${fact('after')}，不再是 ${fact('before')}。`,
    installed_model: (fact) => `${fact('host')}：${fact('subject') || '模型'} 处已是另一个文件。`,
    installed_binary: (fact) => `${fact('host')}：${fact('subject') || '程序'} 处已是另一个二进制。`,
    environment_file: (fact) => `${fact('host')}：环境文件 ${fact('subject')} 被改动。`,
    unit: (fact) =>
      `${fact('host')}：服务的 unit 已被更改${fact('subject') && `（${fact('subject')}）`}，重启后启动的将是别的内容。`,
    variable: (fact) =>
      `${fact('host')}：${fact('subject')} 将为 ${fact('after') || '不变'}，而不是 ${fact('before') || '不变'}。`,
    running_process: (fact) => `${fact('host')}：文件与进程之间的差异发生变化（${fact('subject')}）。`,
    since_confirmed: (fact) => `${fact('host')}：与上次确认的发布之间的差异发生变化（${fact('subject')}）。`,
    shared: () => '它与同一机器上其他目标共用或为其改变的内容已不同。',
    dead_man: (fact) =>
      fact('after') === ''
        ? `${fact('host')}：现在可以设置定时关闭（dead man）。`
        : `${fact('host')}：不再能设置定时关闭（dead man）。`,
    runbook: () => 'runbook 被改动。',
    policy: () => '目标的设置、审批策略、用户组或角色被改动。',
    outcome: (fact) =>
      `${fact('subject')} 现为 ${fact('after') || '缺失'}，不再是 ${fact('before') || '未知'}。`,
    plan: (fact) => `计划已无法按原样制定${fact('subject') && `（${fact('subject')}）`}。`,
  },
  state: {
    open: '等待审批',
    approved: '已批准，等待启动',
    executing: '正在执行',
    executed: '部署已结束',
    rejected: '已拒绝',
    withdrawn: '已撤回',
    expired: '已过期',
    invalidated: '已失效：内容发生变化',
    superseded: '已被另一个申请取代',
    halted: '已被回滚关闭',
  },
  plan: {
    title: '发布计划',
    model: '模型',
    binary: '二进制',
    variables: '变量',
    unchanged: '不变',
    version: '版本',
    reason: '原因',
    canary: '金丝雀',
    next: '随后',
    noChange: '变量无变化',
    moreChanges: (count) => `… 另有 ${count} 处变更：见完整计划`,
    whole: '完整计划',
    notSet: '未设置',
    withdrawn: {
      rolled_back: (sha256, target, who, when) =>
        `模型 ${sha256} 已在 ${target} 上被 ${who} 回滚 · ${when}。`,
      halted: (sha256, target, who, when) =>
        `模型 ${sha256} 在 ${target} 上的发布被 ${who} 的停止操作中止 · ${when}。`,
    },
    drift: {
      drift: '主机上已改动但未重启的内容；将随本次发布生效',
      undeclared: '运行手册未声明的变量也有差异，将一并生效',
      since_confirmed: '上次确认发布之后的改动；将保持现状',
      no_dead_man: '到期时主机无法自行关闭策略（dead man）',
    },
    shared: {
      title: '与同一机器上的其他目标共用',
      what: {
        unit: '服务',
        environment: '环境文件',
        program: '程序',
        models: '模型目录',
        model: '模型',
      },
      changes: (target) => `将改变 ${target} 正在运行或下次重启后运行的内容`,
    },
    watch: (minutes, confirm) => `启动后 ${minutes} 分钟再次检查；${confirm} 分钟内未确认则自动停用。`,
    approvers: (people, groups) => `除您之外需要 ${people} 位不同的人：${groups}。`,
    approversOf: (target, people, groups) => `还需要 ${target} 的 ${people} 位审批人：${groups}。`,
    anyApprover: '任一审批人',
    stops: '存在的问题',
    evidence: '模型情况',
    noEvidence: '检查没有看到任何信息：没有 meta.json，或检查未能进行到这一步。',
    allPass: (count) => `计划状态的全部 ${count} 项检查通过。`,
    notRequestable: (verdict) => `${verdict}：不能提出申请。请先处理所列问题，再重新制定计划。`,
    acknowledge: '我以本人名义承担以下事项',
    acknowledgeDrift: {
      drift: '未重启的改动将随之生效',
      undeclared: '运行手册未声明的变量将随之生效',
      since_confirmed: '上次确认发布之后的改动将予以保留',
      no_dead_man: '有主机到期时无法自行关闭（无 dead man）',
    },
    acknowledgeAlso: (target) => `${target} 运行的内容将改变；须由其审批人同意`,
    refused: '无法制定计划',
  },
  frozen: (until) => `冻结期：${until} 之前不能启动`,
  promotion: {
    title: '晋级',
    soak: (name, time, entries, from) => `${name}：${from} 上已运行 ${time}，入场 ${entries} 笔`,
    of: (done, wanted) => `${done} / ${wanted}`,
    never: (name, from) => `${name}：从未在 ${from} 上确认`,
    no_go: (name, from, run, when) => `${name}：${from} 的 ${run} 为 NO-GO（${when}），须在那里重新确认`,
    rolled_back: (name, from, when) => `${name}：已在 ${from} 上回滚（${when}），须在那里重新确认`,
    rule: (from, time, entries) => `模型须先在 ${from} 上运行 ${time}，并有 ${entries} 笔入场。`,
    unknown: (from, code) => `目前无法确定模型在 ${from} 上的表现（${code}）。`,
    nothingThere: (from) => `${from} 上还没有已确认的发布`,
  },
  request: {
    title: '发布申请',
    brokenGlass: '紧急发布：未经审批',
    summary: (state, strategy, target, by) => `发布申请 ${strategy} ${target}（${by}）：${state}`,
    by: (who, when) => `申请人 ${who} · ${when}`,
    follows: (who, when, haltId) =>
      `承接 ${who} 于 ${when} 发起的停止（时间线：\`/lobml history --incident ${haltId}\`）。`,
    evidence: (verdict, when, until) => `计划状态的检查：${verdict} · ${when} · 有效至 ${until}`,
    evidenceRevoked: (kind, verdict, when) =>
      `该目标之后的“${kind}”结论为 ${verdict}（${when}）：以上检查不再有效。请处理其中指出的问题，再点击“重新检查”。`,
    approvals: (given, of) => `审批 ${given}/${of}`,
    waiting: '等待中',
    anyone: '任一审批人',
    noPlace: '未占名额：名额已满，或此人目前无权审批',
    unknownPlaces: 'Slack 目前无法告知审批人是谁',
    quorumUntil: (when) => `以上人员未在 ${when} 前全部批准则过期`,
    startUntil: (when) => `已批准。请在 ${when} 前启动，否则过期`,
    rejected: (who, when) => `被 ${who} 拒绝 · ${when}`,
    withdrawn: (who, when) => `由 ${who} 撤回 · ${when}`,
    quorumTimeOut: (when) => `${when} 过期：未能按时凑齐审批。没有部署任何内容`,
    startTimeOut: (when) => `${when} 过期：已批准但无人按时启动。没有部署任何内容`,
    invalidated: (when, who) =>
      `${when} 起失效${who === undefined ? '' : `（${who} 点击时发现）`}：要部署的内容与申请不符。没有部署任何内容`,
    superseded: (who, when) => `被 ${who} 取代 · ${when}：已改为申请另一个发布。该申请没有部署任何内容`,
    halted: (who, when) => `被 ${who} 的停止操作关闭 · ${when}`,
    executing: '部署已开始',
    executed: (outcome, when) => `部署已结束：${outcome}${when === undefined ? '' : ` · ${when}`}`,
    acknowledged: (what, who) => `${what}：由 ${who} 承担`,
    askAgain: '请用 `/lobml deploy` 重新制定计划并再次申请审批。',
    glassBy: (who, when) => `${who} 未经审批启动了发布 · ${when}`,
    glassReview: '须由第二人复核：在此之前不能为该目标提出普通发布申请。',
    glassReviewed: (who, when) => `已由 ${who} 复核 · ${when}`,
    posted: (channel) => `申请已发布在 ${channel}，审批进展见该处。`,
    started: '发布已启动。',
    repeated: '您已经这样做过：仍然有效。',
    kept: '检查已重新运行，没有变差：所有审批保留。',
    dropped: '检查已重新运行，有的变差：审批已作废。请查看申请后重新决定。',
    changedHead: '要部署的内容发生了变化，该申请已失效：',
  },
  call: {
    approve: (who, by, target, until) =>
      `${who}：${by} 请您审批 *${target}* 的发布。请查看上面的申请，并在 ${until} 之前决定。`,
    approveSoon: (who, target, until) => `${who}：*${target}* 的申请将于 ${until} 过期，仍缺您的审批。`,
    again: (who, target) =>
      `${who}：*${target}* 的检查已重新运行，部分结果变差，您的审批不再有效。请查看上面的申请后重新决定。`,
    start: (who, target, until) => `${who}：*${target}* 的发布已获批准。请在 ${until} 之前启动，否则过期。`,
    startSoon: (who, target, until) => `${who}：*${target}* 的发布已获批准但尚未启动，将于 ${until} 过期。`,
    ended: (who, target, how) => `${who}：您对 *${target}* 的申请。${how}`,
    confirm: (who, target, until) =>
      `${who}：*${target}* 的发布没有问题，只是部分检查缺数据。可由您之一在 ${until} 之前具名确认，否则将自动停用。`,
    confirmSoon: (who, target, until) => `${who}：*${target}* 的发布若无人确认，将于 ${until} 自动停用。`,
    over: (state) => `此后：${state}`,
  },
  button: {
    approve: '批准',
    reject: '拒绝…',
    supersede: '取代该申请…',
    withdraw: '撤回申请',
    takeBack: '收回我的批准',
    start: '开始部署',
    renew: '重新检查',
    reviewed: '我已复核',
    breakGlass: '紧急发布',
    requestApproval: '申请审批',
    makePlan: '查看计划',
    cancel: '取消',
  },
  confirm: {
    glassTitle: '未经审批直接部署？',
    glassText: '将立即开始，在事故频道醒目公告，并在第二人复核之前阻止下一次普通发布。',
    glassYes: '紧急发布',
    startTitle: '开始部署？',
    startText: (hosts) => `将在 ${hosts} 上重启策略。`,
    startYes: '开始',
    no: '取消',
  },
  form: {
    title: '部署',
    supersedes: (by) => `本申请将取代 ${by} 的申请；您提交时那个申请即结束，您的理由会告知对方。`,
    supersedesGone: '等待中的申请已经结束：请用 /lobml deploy 重新开始。',
    loading: '正在查看 staging 目录…',
    planning: '正在查看主机并运行检查…',
    model: '模型',
    keepModel: '保留现有模型',
    modelGone: (name, sha256) =>
      `\`${name}\`（SHA-256 ${sha256}…）已不在最新的 staging 模型中：可能被删除、替换，或因过旧未列出。未提交任何申请。请重新训练，或用 /lobml deploy 选择其他模型。`,
    version: '版本',
    versionHint: '每个订单都带有它。',
    binary: '二进制',
    keepBinary: '保留现有二进制',
    settings: '要更改的变量',
    settingsHint: '开关以及模型的路径和版本随发布自动设置。',
    reason: '原因',
    noStaged: 'staging 目录中没有模型。',
    skipped: {
      title: '未列出',
      not_a_file: '不是普通文件',
      name_too_long: '文件名超过 75 个字符，请改名',
      odd_name: '文件名不规范，请改名',
      not_readable: '机器人无法读取',
      too_large: '太大，无法部署',
    },
    andMore: (count) => `另有 ${count} 个`,
    age: (text) => `${text}前`,
    default: (value) => `默认 ${value}`,
    range: (range) => `允许 ${range}`,
    rejectTitle: '拒绝申请',
    rejectReason: '拒绝原因',
    done: '完成',
  },
  lock: {
    locked: (target, who, when, until, reason) =>
      `🔒 ${target} 自 ${when} 起被 ${who} 锁定：${reason}。${until === undefined ? '解锁前' : `在 ${until} 之前（除非提前解锁）`}不能部署；回滚不受影响。`,
    goesOn: (target, who, when) =>
      `${target} 有一个由 ${who} 申请、自 ${when} 起正在进行的发布：锁定不会停止它。`,
    cancelHere: '如果不应继续，请在下方取消。',
    cancelInSlack: '可以用它在 Slack 中消息上的按钮取消。',
    unlocked: (target, who, taken) => `🔓 ${target} 已由 ${who} 解锁。此前自 ${taken} 起锁定。`,
  },
};
