import fc from 'fast-check'
import { expect, it } from 'vitest'
import { addressSource } from '../../../src/net/address-source.ts'

it.each([
  [undefined, ''],
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::1', '0:0:0:0::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:DB8:0:0a:1:2:3:4', '2001:db8:0:a::/64'],
  ['2001:db8:0:a::', '2001:db8:0:a::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
])('%s belongs to %s', (address, source) => {
  expect(addressSource(address)).toBe(source)
})

it('is the same for all addresses of a network, however they are written', () => {
  const group = fc.integer({ min: 0, max: 0xffff })
  const groups = (count: number) => fc.array(group, { minLength: count, maxLength: count })
  fc.assert(
    fc.property(groups(4), groups(4), groups(4), (network, one, other) => {
      const long = [...network, ...one].map((value) => value.toString(16).padStart(4, '0')).join(':')
      // As the system writes it, with the longest run of zeros left out.
      const short = new URL(`http://[${[...network, ...other].map((value) => value.toString(16)).join(':')}]`).hostname
      expect(addressSource(short.slice(1, -1))).toBe(addressSource(long))
    }),
  )
})
