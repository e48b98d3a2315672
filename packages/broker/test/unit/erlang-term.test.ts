import { expect, it } from 'vitest'
import { formatBinary, formatTuple } from '../../src/erlang-term.ts'

it('prints binaries as text when they are, else as numbers', () => {
  expect(formatBinary(Buffer.from('xx'))).toBe('<<"xx">>')
  expect(formatBinary(Uint8Array.of(0, 50))).toBe('<<0,50>>')
  expect(formatBinary(new Uint8Array(0))).toBe('<<>>')
  expect(formatBinary(Buffer.from('a"\\\n'))).toBe('<<"a\\"\\\\\\n">>')
})

it('breaks a tuple that would make the line too long', () => {
  expect(formatTuple('x: ', ['frame_too_large', 5, 4])).toBe('{frame_too_large,5,4}')
  const before = 'x'.repeat(70)
  expect(formatTuple(before, ['name', 12345])).toBe(`{name,\n${' '.repeat(71)}12345}`)
})
