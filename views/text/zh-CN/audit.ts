import type { AuditText } from '../en/audit.js';

export const audit: AuditText = {
  title: '审计记录',
  holds: (strategy, events) => `${strategy}：${events} 条事件的链完整。`,
  empty: '尚无事件记录。',
  broken: (strategy, position, why, where) =>
    `${strategy || '文件'}：链在位置 ${position} 断裂：${why}${where}。`,
  fault: {
    position: '该处的事件被删除、插入或移动',
    link: '该处的事件与前一条不衔接',
    content: '该处的事件被修改',
    end: '末尾的事件缺失，或在记录的末尾之后被添加',
    unreadable: '有一行不是事件',
    empty: '其中没有任何事件，因此不能证明任何事',
    unsigned: '没有签名',
    signature: '签名不成立：内容被改动过',
    foreign_key: '由另一把密钥签名，不是本机器人的；请用 --key 指明预期的密钥',
    tail_lost: '数据库在导出文件的末尾之前就结束了：最后的事件丢失，或恢复了备份',
    replaced: '从该处起数据库与导出文件的事件不同：记录被替换，或从备份之后继续写入',
  },
  event: (id) => `，事件 ${id}`,
  signed: (fingerprint, at) => `由密钥 ${fingerprint} 于 ${at} 签名。`,
  head: {
    title: (day) => `审计记录的末端，${day}（UTC）`,
    explain:
      '把以上各行存为文件，用 `lobml audit verify --against FILE` 可查明数据库是否仍保有当时的全部记录。',
    key: (fingerprint) => `由密钥 ${fingerprint} 签名。`,
  },
  line: (line) => `，文件第 ${line} 行`,
};
