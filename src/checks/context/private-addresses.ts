import { BlockList, isIP, isIPv6 } from 'node:net';

/**
 * Addresses that do not belong to the internet: this machine, private networks, link-local ones with the metadata
 * service of a cloud, shared, reserved and multicast ones, and IPv6 forms that carry an IPv4 address.
 * Source: the IANA special-purpose address registries.
 */
const RANGES: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['::', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2001::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
];

const familyOf = (address: string) => (isIPv6(address) ? 'ipv6' : 'ipv4');

const privateRanges = new BlockList();
for (const [network, prefix] of RANGES) privateRanges.addSubnet(network, prefix, familyOf(network));

/**
 * Whether a probe may connect to an address that a name was resolved to. What is no address at all may not.
 * @param permitted `ADDRESS:PORT` of the targets file, IPv6 in brackets.
 */
export function isPermitted(address: string, port: number, permitted: readonly string[]): boolean {
  if (isIP(address) === 0) return false;
  if (!privateRanges.check(address, familyOf(address))) return true;
  return permitted.some((one) => {
    const end = one.lastIndexOf(':');
    const own = one.slice(0, end).replace(/^\[(.*)\]$/, '$1');
    if (Number(one.slice(end + 1)) !== port || familyOf(own) !== familyOf(address)) return false;
    const exact = new BlockList();
    exact.addAddress(own, familyOf(own));
    return exact.check(address, familyOf(address));
  });
}
