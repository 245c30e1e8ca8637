import type { Locale } from '../../src/domain/localized.js';

interface AuditText {
  readonly title: string;
  readonly holds: (strategy: string, events: number) => string;
  readonly empty: string;
  readonly broken: (strategy: string, position: number, why: string, where: string) => string;
  readonly fault: Readonly<Record<string, string>>;
  readonly event: (id: string) => string;
  readonly line: (line: number) => string;
  readonly unreadableFile: (file: string) => string;
  readonly usage: string;
}

const en: AuditText = {
  title: 'Audit trail',
  holds: (strategy, events) => `${strategy}: the chain of ${events} events holds.`,
  empty: 'No event is on record yet.',
  broken: (strategy, position, why, where) =>
    `${strategy || 'the file'}: broken at position ${position}: ${why}${where}.`,
  fault: {
    position: 'an event was taken out, put in or moved there',
    link: 'the event there does not follow the one before it',
    content: 'the event there was changed',
    end: 'events at the end are missing, or were added past the recorded end',
    unreadable: 'a line is no event',
    empty: 'it holds no event, so it proves nothing',
  },
  event: (id) => `, event ${id}`,
  line: (line) => `, line ${line} of the file`,
  unreadableFile: (file) => `The file ${file} cannot be read.`,
  usage: 'Say `verify`, `verify --file EXPORT` or `export`.',
};

const zhCN: AuditText = {
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
  unreadableFile: (file) => `无法读取文件 ${file}。`,
  usage: '请使用 `verify`、`verify --file EXPORT` 或 `export`。',
};

export const auditTextFor = (locale: Locale): AuditText => ({ en, 'zh-CN': zhCN })[locale];
