import type { EnvironmentEditCode, HostAttempt, HostFaultSentences } from '../../../src/domain/host-fault.js';
import { ownValue } from '../../../src/domain/own-value.js';

const ATTEMPTS: Readonly<Record<HostAttempt, (subject: string) => string>> = {
  look_at_file: (path) => `查看 ${path}`,
  read_file: (path) => `读取 ${path}`,
  hash_file: (path) => `计算 ${path} 的 SHA-256`,
  look_at_rights: (path) => `查看 ${path} 的权限`,
  list_folder: (path) => `列出 ${path}`,
  write_file: (path) => `写入 ${path}`,
  install_file: (path) => `安装 ${path}`,
  copy_file: (path) => `复制 ${path}`,
  remove_file: (path) => `删除 ${path}`,
  look_at_process: (pid) => `查看进程 ${pid}`,
  read_process_environment: (pid) => `读取进程 ${pid} 的环境`,
  ask_time: () => '查询时间',
  ask_account: (user) => `查询账户 ${user}`,
  ask_own_account: () => '查询当前账户',
  ask_training: () => '查询训练任务',
  command: (name) => `命令 ${name}`,
  program: (words) => words || '命令',
};

const EDITS: Readonly<Record<EnvironmentEditCode, (variable: string) => string>> = {
  invalid_name: () => '有变量名不被 systemd 接受',
  invalid_value: () => '变量值必须是单行，且不含控制字符',
  unreadable_file: () => '文件含有 NUL 字节',
  open_quote: (variable) => `${variable} 的引号没有闭合，请先由人工修正该文件`,
  unsafe_file: () => '以反斜杠结尾的注释或未闭合的引号妨碍修改，请先由人工修正该文件',
};

/** 以西文结尾时，与后面的汉字之间空一格。 */
const tried = (attempt: HostAttempt, subject: string): string =>
  (ownValue(ATTEMPTS, attempt) ?? ATTEMPTS.program)(subject).replace(/[!-~]$/, '$& ');
const inBrackets = (words: string): string => (words === '' ? '' : `（${words}）`);

export const hostFault: HostFaultSentences = {
  host_ended: ({ host, exitCode, words, attempt, subject }) =>
    `${host}：${tried(attempt, subject)}失败，退出码 ${exitCode}${inBrackets(words)}。`,
  host_sudo_asks: ({ host, exitCode, words, attempt, subject }) =>
    `${host}：${tried(attempt, subject)}失败，退出码 ${exitCode}${inBrackets(words)}。该主机的 sudo 要求输入密码：请为此命令授予该账户 NOPASSWD，并写 \`sudo: [sudo, -n]\`。`,
  host_failed: ({ host, errno, attempt, subject }) =>
    `${host}：${tried(attempt, subject)}失败（${errno || '意外错误'}）。`,
  host_late: ({ host, timeoutMs, attempt, subject }) =>
    `${host}：${tried(attempt, subject)}超过 ${timeoutMs} 毫秒未完成。`,
  host_cancelled: ({ host, attempt, subject }) => `${host}：${tried(attempt, subject)}已取消。`,
  host_printed_too_much: ({ host, attempt, subject }) => `${host}：${tried(attempt, subject)}的输出过多。`,
  host_not_started: ({ host, errno, attempt, subject }) =>
    `${host}：${tried(attempt, subject)}无法启动（${errno || '原因不明'}）。`,

  host_silent: ({ host }) => `${host} 没有响应。`,
  host_unreached: ({ host, words }) => `${host}：ssh 无法连接该主机${inBrackets(words)}。`,
  host_runs_no_command: ({ host, words }) =>
    `${host}：该主机不允许运行任何命令（${words}）：账户的 shell 在命令之前就已退出，或其密钥设有强制命令，而强制命令只供服务使用（serviceIdentityFile）。`,
  host_act_lost: ({ host, method }) => `${host}：${method} 的结果未知：负责主机操作的进程已结束。`,

  host_file_missing: ({ host, path }) => `${host}：没有文件 ${path}。`,
  host_folder_missing: ({ host, path }) => `${host}：没有目录 ${path}。`,
  host_no_place: ({ host, path }) => `${host}：${path} 所在的目录不存在。`,
  host_link_leads_nowhere: ({ host, path }) => `${host}：链接 ${path} 没有指向任何文件。`,
  host_not_a_file: ({ host, path }) => `${host}：${path} 不是文件。`,
  host_file_too_large: ({ host, path, maxBytes }) => `${host}：${path} 超过 ${maxBytes} 字节。`,
  host_leads_outside: ({ host, path, folder }) => `${host}：${path} 指向 ${folder} 之外。`,
  host_outside_folders: ({ host, path }) => `${host}：${path} 不在已配置的目录内。`,
  host_file_changed: ({ host, path }) => `${host}：${path} 在制定计划之后已更改。`,
  host_changed_while_read: ({ host, path }) => `${host}：${path} 在读取期间发生了更改。`,
  host_replaced_while_kept: ({ host, path }) => `${host}：${path} 在保存副本期间被替换。`,
  host_kept_damaged: ({ host, path }) => `${host}：${path} 的保存副本缺失或已损坏；请手动恢复该文件。`,
  host_put_back_differs: ({ host, path }) => `${host}：${path} 恢复之后内容不符。`,
  host_not_whole: ({ host, path }) => `${host}：${path} 未完整传输，因此没有替换任何内容。`,
  host_wrong_copy: ({ host, path }) => `${host}：要写入 ${path} 的内容与计划的 SHA-256 不符。`,
  host_not_text: ({ host, path }) => `${host}：${path} 不是 UTF-8 文本。`,
  host_file_unclear: ({ host, path }) => `${host}：主机关于 ${path} 的回答无法解读。`,
  host_layer_refuses: ({ host, path, edit, variable }) =>
    `${host}：无法修改 ${path}：${(ownValue(EDITS, edit) ?? EDITS.unsafe_file)(variable)}。`,
  host_layer_unreadable: ({ host, path }) => `${host}：${path} 不是 systemd 能读取的文本。`,

  host_status_unreadable: ({ host, key }) => `${host}：服务状态中没有可解读的 ${key}。`,
  host_unit_unknown: ({ host }) => `${host}：systemd 没有所配置名称的单元。`,
  host_unit_name: ({ host }) => `${host}：单元名称不符合 systemd 的规则。`,
  host_time_unreadable: ({ host }) => `${host}：查询时间的命令没有输出自 1970 年起的秒数。`,
  host_processes_unreadable: ({ host }) => `${host}：命令 processes 输出的不是进程号。`,
  host_account_unreadable: ({ host, user }) => `${host}：id 没有给出 ${user} 的编号。`,
  host_no_environ: ({ host }) => `${host}：目标文件中没有 environ 命令，因此无法读取进程的环境。`,
  host_variable_name: ({ host }) => `${host}：所查询的变量名无效。`,

  host_no_dead_man: ({ host }) => `${host}：目标文件中没有 deadMan。`,
  host_dead_man_acts: ({ host }) => `${host}：定时关闭（dead man）正在执行。`,
  host_dead_man_unseen: ({ host }) => `${host}：已设置定时关闭（dead man），但查看时并未生效。`,
  host_dead_man_unreadable: ({ host }) => `${host}：命令 deadMan.status 输出的不是 armed、acting 或 none。`,

  host_not_in_targets: ({ host }) => `${host}：目标文件中没有此主机。`,
  host_kind_unknown: ({ host, kind }) => `${host}：没有主机类型 \`${kind}\`。`,
  host_manager_unknown: ({ host, manager }) => `${host}：没有服务管理器 \`${manager}\`。`,
  host_address_unusable: ({ host }) => `${host}：ssh 地址无效。`,
  host_no_connection_folder: ({ host }) => `${host}：ssh 需要一个存放连接的目录。`,
};
