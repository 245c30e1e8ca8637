import {
  addressOf,
  type DatabaseFaults,
  type DatabaseName,
  type DatabaseWaysOut,
} from '../../../src/domain/database-fault.js';
import { ownValue } from '../../../src/domain/own-value.js';

const the = (name: DatabaseName): string => (name === 'state' ? '机器人自己的数据库' : '交易数据库');

const UNREACHABLE: Readonly<Record<string, string>> = {
  ENOTFOUND: '没有回应：找不到地址中的主机名（ENOTFOUND）',
  EAI_AGAIN: '没有回应：目前无法解析地址中的主机名（EAI_AGAIN）',
  ECONNREFUSED: '没有回应：该地址和端口上没有服务在监听（ECONNREFUSED）',
  EHOSTUNREACH: '没有回应：无法到达该地址（EHOSTUNREACH）',
  ENETUNREACH: '没有回应：无法到达该地址（ENETUNREACH）',
};

export const databaseFault: DatabaseFaults = {
  unreachable: (fact, name) => `${the(name)}${ownValue(UNREACHABLE, fact('systemCode')) ?? '没有回应'}`,
  timeout: (fact, name) =>
    fact('timeoutMs') === ''
      ? `${the(name)}没有及时回应`
      : `${the(name)}在 ${Number(fact('timeoutMs')) / 1000} 秒内没有回应`,
  locked: (_fact, name) =>
    name === 'trading' ? '交易数据库的表被锁定（交易系统可能正在启动）' : '机器人自己的数据库的表被锁定',
  missing_table: (fact, name) => `${the(name)}中尚无表 ${fact('relation')}`,
  missing_column: (fact, name) => `${the(name)}中没有列 ${fact('relation')}`,
  permission_denied: (fact, name) => `机器人的角色无权使用${the(name)}的 ${fact('relation') || '表'}`,
  rows_withheld: (fact, name) =>
    `行级安全策略（RLS）使机器人的角色看不到${the(name)}的 ${fact('relation') || '表'} 的部分行，因此查不到的内容不能说明任何问题`,
  starting: (_fact, name) => `${the(name)}正在启动或关闭，或是不接受查询的备库（57P03）`,
  too_many_connections: (_fact, name) =>
    `${the(name)}的连接数已用尽（53300）：机器人角色的（被其他副本或终端占用）、该数据库的或服务器的`,
  authentication: (_fact, name) => `${the(name)}拒绝了机器人的用户名或密码`,
  not_admitted: (_fact, name) => `${the(name)}不允许机器人的用户从本机连接（pg_hba.conf 中没有允许它的行）`,
  missing_database: (_fact, name) => `该服务器上没有${the(name)}（3D000）`,
  options_refused: (_fact, name) => `${the(name)}之前有连接池，它拒绝了机器人建立连接时带的设置（08P01）`,
  sessions_shared: (_fact, name) =>
    `${the(name)}之前有连接池，它让多个客户端共用会话（transaction 或 statement 模式）：机器人死掉时无人察觉`,
  tls_wanted: (_fact, name) => `${the(name)}只接受 TLS 连接，而机器人没有使用 TLS`,
  tls_not_offered: (_fact, name) => `${the(name)}不提供 TLS，而其地址要求使用 TLS`,
  tls_failed: (fact, name) => `与${the(name)}建立 TLS 失败${inBrackets(fact('systemCode'))}`,
  certificate_untrusted: (fact, name) =>
    `${the(name)}的证书不是由本机信任的机构签发的${inBrackets(fact('systemCode'))}`,
  certificate_host: (_fact, name) => `${the(name)}的证书不属于地址中的主机`,
  certificate_expired: (fact, name) => `${the(name)}的证书已过期或尚未生效${inBrackets(fact('systemCode'))}`,
  certificate_file: (fact, name) =>
    `无法读取${the(name)}的地址中指定的文件（sslrootcert、sslcert、sslkey）${inBrackets(fact('systemCode'))}`,
  cancelled: () => '查询已取消',
  syntax: (_fact, name) => `${the(name)}无法理解该查询`,
  read_only_violation: () => '该查询试图写入，已被拒绝',
  too_many_rows: (fact) => `结果超过 ${fact('maxRows')} 行，不予采用：请在查询中计数或限制行数`,
  too_large: (fact) => `结果超过 ${Number(fact('maxBytes')) / 1024 ** 2} MiB，不予采用：请减少行或列`,
  volatile_function: (fact) =>
    `查询调用了 ${fact('relation')}，PostgreSQL 将其标为 volatile（可能有副作用），因此没有执行`,
  duplicate_column: (fact) => `结果中有两列都叫 ${fact('relation')}：请为每列取不同的名字`,
  standby_not_asked: () =>
    '应答的是交易数据库的备库，而配置并未允许（`TRADING_DATABASE_STANDBY_MAX_LAG_SECS`）',
  standby_paused: () => '备库的回放已暂停：之后发生的事它一无所知',
  standby_lag_unknown: () => '无法得知备库的延迟',
  standby_behind: () => '备库的延迟超过 `TRADING_DATABASE_STANDBY_MAX_LAG_SECS`',
  other_server: () =>
    '应答的服务器与本次其他查询的不是同一台：`TRADING_DATABASE_URL` 之后有多台服务器，或服务器在此期间重启过',
  recovery_conflict: () => '备库终止了查询，因为它妨碍了备库的回放（40001，与恢复冲突）',
  other: (fact, name) => `${the(name)}拒绝了查询${inBrackets(fact('sqlState'))}`,
};

const mendQuery = (name: DatabaseName): string =>
  name === 'trading'
    ? '请修正 runbook 中的查询；查询可以做什么、返回什么，见 docs/runbook-format.md。'
    : '请检查该数据库是否属于另一版本的机器人。';
const toPrimary = () => '请让 TRADING_DATABASE_URL 指向主库，或恢复备库的回放。';

export const databaseWayOut: DatabaseWaysOut = {
  locked: () => '请再试一次：交易系统启动时会短暂锁表。若仍如此，请在 pg_locks 中查看是谁持有该锁。',
  missing_table: (name) =>
    name === 'trading'
      ? '请启动写入该表的程序（collector、交易系统），或更正 runbook 中的查询。'
      : '请启动机器人：它会在启动时建表。',
  missing_column: mendQuery,
  permission_denied: (name) =>
    name === 'trading'
      ? '请授予机器人的角色对它的 SELECT 权限（docs/trading-database-role.md）。'
      : '请让机器人的角色拥有自己的数据库；`lobml doctor` 会显示其权限。',
  syntax: mendQuery,
  read_only_violation: mendQuery,
  too_many_rows: mendQuery,
  too_large: mendQuery,
  volatile_function: mendQuery,
  duplicate_column: mendQuery,
  standby_not_asked: toPrimary,
  standby_paused: toPrimary,
  standby_lag_unknown: toPrimary,
  standby_behind: toPrimary,
  unreachable: (name) =>
    `请检查 ${addressOf(name)} 中的主机和端口、防火墙，以及服务器是否在运行。密码中的 # / ? % @ 必须做百分号编码（%23 %2F %3F %25 %40），否则主机会被读错。`,
  timeout: (name) => `请查看服务器的负载，以及它与机器人之间的防火墙（${addressOf(name)}）。`,
  rows_withheld: () =>
    '请让该角色能看到所有行：ALTER ROLE … BYPASSRLS，或关闭该表的行级安全（docs/trading-database-role.md）。',
  starting: () => '请等它就绪后再试。',
  too_many_connections: () =>
    '请结束占用该角色的其他程序（终端、第二个机器人），或提高该角色或服务器的上限。',
  authentication: (name) =>
    `请检查 ${addressOf(name)} 中的用户名和密码。密码中的 # / ? % @ 必须做百分号编码（%23 %2F %3F %25 %40）。`,
  not_admitted: () => '请在服务器的 pg_hba.conf 中允许该用户从机器人的地址连接，并重新加载。',
  missing_database: (name) => `请更正 ${addressOf(name)} 末尾的数据库名，或创建该数据库。`,
  options_refused: (name) =>
    name === 'trading'
      ? '请让 TRADING_DATABASE_URL 直接指向服务器。若必须使用连接池：采用 session 模式，设置 `ignore_startup_parameters = options`，并把这些设置写在角色上（docs/trading-database-role.md）。'
      : '请让 DATABASE_URL 直接指向服务器：机器人需要自己的会话（锁、通知）。',
  sessions_shared: (name) =>
    `请让 ${addressOf(name)} 直接指向服务器，或指向 session 模式的连接池（pool_mode = session）：机器人需要自己的会话（锁、通知）。`,
  tls_wanted: (name) =>
    `请在 ${addressOf(name)} 后加上 ?sslmode=verify-full；若服务器的证书不是由公共机构签发的，再加上 &sslrootcert=文件（docs/operations/environment.md）。`,
  tls_not_offered: (name) =>
    `请在服务器上启用 TLS（ssl = on），或在途中没有其他人时从 ${addressOf(name)} 去掉 sslmode（或写 sslmode=disable）。`,
  tls_failed: (name) => `请检查 ${addressOf(name)} 中的主机和端口上是否为启用 TLS 的 PostgreSQL 服务器。`,
  certificate_untrusted: (name) =>
    `请在 ${addressOf(name)} 后加上 &sslrootcert=文件：签发服务器证书的机构的证书；若为自签名，则为服务器自己的证书。`,
  certificate_host: (name) => `请把 ${addressOf(name)} 中的主机写成证书上的名称，或为该主机签发证书。`,
  certificate_expired: () => '请更新服务器的证书，并检查本机的时钟。',
  certificate_file: (name) => `请更正 ${addressOf(name)} 中的路径，并让机器人的账户可以读取该文件。`,
  other_server: () =>
    '请再试一次。若仍如此，请让 TRADING_DATABASE_URL 只指向主库，而不是多台服务器之前的负载均衡。',
  recovery_conflict: () =>
    '请再试一次。若仍如此，请改用主库，或在备库上提高 max_standby_streaming_delay（或启用 hot_standby_feedback）。',
};

const inBrackets = (code: string): string => (code === '' ? '' : `（${code}）`);
