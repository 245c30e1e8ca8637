/** What we say of a file that people write, in English (as `chineseFault` finds it) and in Chinese; `$1` is a part of it. */
const SENTENCES = {
  // The shape of a file.
  'there is no such key': '没有这个键',
  'write an id like `$1`': '请写成类似 `$1` 的编号',
  'write a name of letters, digits and _': '请写由字母、数字和 _ 组成的名称',
  'write a variable without its prefix, in capitals': '请写不带前缀的大写变量名',
  'write a variable’s name': '请写变量名',
  'a check needs a `$1` condition': '检查需要 `$1` 条件',
  'write the checklist’s number, like `2.2-A`': '请写清单的编号，例如 `2.2-A`',
  'write a Slack user id (U…)': '请写 Slack 用户 ID（U…）',
  'write a Slack user group id (S…)': '请写 Slack 用户组 ID（S…）',
  'write a Slack user id (U…) or user group id (S…)': '请写 Slack 用户 ID（U…）或用户组 ID（S…）',
  'write a Slack channel id (C…)': '请写 Slack 频道 ID（C…）',
  'write an absolute path': '请写绝对路径',
  'write an absolute path, with a leading - where a missing file is fine':
    '请写绝对路径；文件可以不存在时在前面加 -',
  'write a target in small letters, digits and -': '请用小写字母、数字和 - 书写目标名',
  'write the name of an account of the host': '请写主机上的账号名',
  'write the unit’s name with .service': '请写带 .service 的单元名',
  'write a host, user@host, or a name of the ssh configuration': '请写主机、user@host 或 ssh 配置中的名称',
  'name a target': '请至少写一个目标',
  'write an address with its port, like 127.0.0.1:9100 or [::1]:9100':
    '请写带端口的地址，例如 127.0.0.1:9100 或 [::1]:9100',
  'write one line': '请只写一行',
  'write a horizon like 5m': '请写成类似 5m 的预测周期',
  'write a file name without its ending': '请写不带扩展名的文件名',
  'write `local`, the name of a host, or TARGET/HOST': '请写 `local`、主机名或 TARGET/HOST',

  // The runbook.
  'the id `$1` stands twice': '编号 `$1` 重复',
  '`$1` is set by the run itself: choose another name': '`$1` 由运行本身设置：请换一个名称',
  'the default is not a value that the variable can have': '默认值不是该变量允许的值',
  'a check has exactly one of $1; this one has none': '一个检查只能有 $1 之一；这一个没有',
  'a check has exactly one of $1; this one has $2': '一个检查只能有 $1 之一；这一个有 $2',
  '`column` goes with `query` only': '`column` 只能与 `query` 一起使用',
  'there is no query `$1` under `queries`': '`queries` 下没有查询 `$1`',
  'there is no variable `$1` under `variables`': '`variables` 下没有变量 `$1`',
  'the parameter `$1` does not exist': '参数 `$1` 不存在',
  'the parameter `$1` is not a list': '参数 `$1` 不是列表',
  'a condition answers true or false, but this one is of type $1':
    '条件的结果是 true 或 false，而这一个的类型是 $1',
  'the SQL names the parameter `$1`, which does not exist': 'SQL 使用了不存在的参数 `$1`',
  'the SQL holds $1 statements, but a check is exactly one': 'SQL 含有 $1 条语句，而一个检查只能有一条',
  'the SQL does more than read: write one SELECT (or WITH … SELECT)':
    'SQL 不只是读取：请写一条 SELECT（或 WITH … SELECT）',
  'the SQL does not parse: $1': 'SQL 无法解析：$1',
  'the text names the parameter `$1`, which does not exist': '文本使用了不存在的参数 `$1`',
  'the text asks for the format `$1`; known are $2': '文本要求格式 `$1`；可用的有 $2',
  'there is no check `$1`': '没有检查 `$1`',
  '`$1` stands in no section of kind `gonogo`': '`$1` 不在任何 `gonogo` 类的章节中',
  '`$1` is in shadow mode and decides nothing': '`$1` 处于 shadow 模式，不参与判定',

  // Its cases.
  'there is no model `$1`': '没有模型 `$1`',
  'there is no model `$1` under `models`': '`models` 下没有模型 `$1`',
  'the runbook has no check `$1`': 'runbook 没有检查 `$1`',

  // A training.
  'it is more than `maxLookbackHours`': '大于 `maxLookbackHours`',
  'a training needs a check with `model`: the gate for what comes out':
    '训练需要一个带 `model` 的检查，作为产出模型的闸门',
  'there is no `{$1}`; there are $2': '没有 `{$1}`；可用的有 $2',
  'the command does not use `{$1}`': '命令没有使用 `{$1}`',
  'there is no target `$1` in $2': '$2 中没有目标 `$1`',
  'there is no host `$1` in $2; `local` is the bot’s own machine':
    '$2 中没有主机 `$1`；`local` 是机器人自己的机器',
  'several targets have a host `$1`: write one of $2': '多个目标都有主机 `$1`：请写 $2 之一',
  'the host `$1` is reached by $2, so `workingFolder` must say a folder there: trainings are kept below it':
    '主机 `$1` 通过 $2 访问，因此 `workingFolder` 必须写明那里的目录：训练保存在其下',

  // The targets.
  'name at least one operator: nobody else can stop the strategy': '请至少写一名操作员：只有操作员能停止策略',
  'there is no target `$1` under `targets`': '`targets` 下没有目标 `$1`',
  'the host `$1` stands twice': '主机 `$1` 重复',
  'say `$1`, here or for the whole target': '请写明 `$1`，写在这里或写给整个目标',
  'name one of the `environmentFiles`': '请写 `environmentFiles` 之一',
} as const;

/**
 * A fault's sentence in Chinese.
 * @param inTheirs where the sentence is a library's: what it says in Chinese. The condition language and regular
 * expressions speak English alone.
 */
export function chineseFault(english: string, inTheirs = `无法理解：${english}`): string {
  const ours = PATTERNS.find(({ pattern }) => pattern.test(english));
  return ours === undefined ? inTheirs : english.replace(ours.pattern, ours.chinese);
}

const PATTERNS = Object.entries(SENTENCES).map(([english, chinese]) => {
  const pattern = english.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`).replaceAll(/\\\$\d/g, '(.+)');
  return { pattern: new RegExp(`^${pattern}$`, 's'), chinese };
});
