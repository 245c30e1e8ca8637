/** What each subcommand is for, in one line of the help. */
export const summaries: Readonly<Record<string, string>> = {
  audit: '验证审计事件链，或以 JSON 行导出。',
  deploy: '制定发布计划、申请审批并启动发布。在 Slack 中会打开表单。',
  doctor: '检查配置、Slack、两个数据库、主机和权限。',
  drill: '证明下一次停止有效：真实停止并恢复，或预演除停止外的全部步骤。',
  evidence: '将某次发布或停止的全部决定依据写入带签名的文件夹，或验证该文件夹。',
  gonogo: '按 Go/No-Go 标准逐条给出证据并作出判定。',
  help: '显示可用的命令及使用者。',
  history: '显示历史运行、发布和停止，最新的在前。',
  lock: '锁定目标，阻止部署（需说明原因）。',
  precheck: '检查配置、模型文件和数据新鲜度。',
  rollback: '立即停止策略（关闭开关并重启，附证明），或恢复上一个模型。',
  selftest: '在临时数据上证明运行手册的每项检查都会失败，并且失败时会阻断。',
  status: '显示开关、模型、进程和最近的运行。',
  train: '训练模型，与运行中的模型对比，并可申请上线。',
  unlock: '解除您对目标的锁定。',
  verify: '上线后验证模型确实在决策、风控层仍然有效。',
};
