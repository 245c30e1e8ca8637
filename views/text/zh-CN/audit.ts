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
  },
  event: (id) => `，事件 ${id}`,
  line: (line) => `，文件第 ${line} 行`,
};
