import type { Localized } from '../domain/localized.js';

/** What the Slack side itself says to a person. Everything else is written in `views`. */

export function inviteText(channel: string): Localized {
  return {
    en: `I cannot write in <#${channel}>, so nobody there is told. Type \`/invite @lobml\` there. What you asked for may have been carried out: look at \`/lobml status\` before you try again.`,
    'zh-CN': `我无法在 <#${channel}> 中发消息，因此那里的人都看不到。请在该频道输入 \`/invite @lobml\`。您的请求可能已经执行：重试前请先查看 \`/lobml status\`。`,
  };
}

export function internalErrorText(reference: string): Localized {
  return {
    en: `Something went wrong that should not have. Look at \`/lobml status\` before you try again; the log has the cause under the reference *${reference}*.`,
    'zh-CN': `发生了不应出现的内部错误。重试前请先查看 \`/lobml status\`；日志中编号为 *${reference}* 的记录说明了原因。`,
  };
}

export function usageText(usage: string): Localized {
  return { en: `Usage: \`${usage}\``, 'zh-CN': `用法：\`${usage}\`` };
}

export const expiredButtonText: Localized = {
  en: 'This button belongs to a version of the bot that no longer runs. Nothing was done; run the command again.',
  'zh-CN': '该按钮属于已不再运行的旧版本机器人。未执行任何操作，请重新运行命令。',
};

export const lateWindowText: Localized = {
  en: 'The window was not opened: Slack allows three seconds for that, and they had passed. Try again.',
  'zh-CN': '窗口未能打开：Slack 只允许三秒，而时间已过。请重试。',
};

export const stillWorkingText: Localized = {
  en: '⏳ Still working on it …',
  'zh-CN': '⏳ 仍在处理中……',
};

export const doneText: Localized = {
  en: '✓ Done. You can close this window.',
  'zh-CN': '✓ 已完成，可以关闭此窗口。',
};

export const directoryAwayText: Localized = {
  en: 'Slack does not say right now who this person is, so nothing was decided. Try again in a minute.',
  'zh-CN': '目前无法从 Slack 查询该人员的身份，因此未作任何决定。请一分钟后重试。',
};
