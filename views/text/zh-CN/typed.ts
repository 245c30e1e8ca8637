import type { Text } from '../en/index.js';

export const typed: Text['typed'] = {
  rollback: '回滚',
  disable: '关闭 立即关闭 禁用 熔断',
  stop: '停 停止 停机 急停 停止服务',
  stopEntries: '停止入场 停止开仓',
  all: '全部 所有',
  moreOfAll: '目标 策略',
};
