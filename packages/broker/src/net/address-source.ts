/**
 * Whom an address belongs to, as far as what is done about strangers goes: an IPv6 address stands for its network of 64 bits, as anybody
 * who has one address of it has them all.
 */

const GROUPS = 8
const NETWORK_GROUPS = 4

/** `192.0.2.1` → itself, also when it is written as `::ffff:192.0.2.1`; `2001:db8::1` → `2001:db8:0:0::/64`. */
export function addressSource(address: string | undefined): string {
  if (address === undefined) return ''
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  if (mapped !== null) return mapped[1]
  if (!address.includes(':')) return address
  const [head, tail] = address.replace(/%.*$/, '').split('::', 2).map(groupsOf)
  const all =
    tail === undefined ? head : [...head, ...Array(Math.max(0, GROUPS - head.length - tail.length)).fill('0'), ...tail]
  return `${all.slice(0, NETWORK_GROUPS).join(':')}::/64`
}

function groupsOf(text: string): string[] {
  return text === ''
    ? []
    : text
        .toLowerCase()
        .split(':')
        .map((group) => group.replace(/^0+(?=.)/, ''))
}
