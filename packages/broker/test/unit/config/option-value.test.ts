import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OPTION_NAMES, PROGRAM_OPTIONS } from '../../../src/config/option-table.ts'
import { formatOptionValue, parseOptionValue } from '../../../src/config/option-value.ts'

const { diskFreeLimitBytes, memoryHighWatermark, port, loopbackUsers, vhosts, defaultPassword, logLevel } =
  PROGRAM_OPTIONS

describe('parseOptionValue', () => {
  it('reads a number and the spaces around it', () => {
    expect(parseOptionValue(port, ' 5673 ', '--port')).toBe(5673)
    expect(parseOptionValue(port, '007', '--port')).toBe(7)
  })

  it.each(['', 'amqp', '0x10', '1e3', '5672.0', '5 672', '+1', 'tcp://10.0.0.1:5672'])(
    'takes %j for no number',
    (text) => {
      const message = `--port ${JSON.stringify(text)} must be an integer from 0 to 65535`
      expect(() => parseOptionValue(port, text, '--port')).toThrow(message)
    },
  )

  it('shows a number that is out of range as a number', () => {
    expect(() => parseOptionValue(port, '-1', '--port')).toThrow('--port -1 must be an integer from 0 to 65535')
  })

  it('reads names with commas between them', () => {
    expect(parseOptionValue(vhosts, '/, staging ,a b', '--vhosts')).toEqual(['/', 'staging', 'a b'])
    expect(() => parseOptionValue(vhosts, 'a,,b', '--vhosts')).toThrow('--vhosts ["a","","b"] must be a list of')
  })

  it('reads none as the empty list, where a list may be empty', () => {
    expect(parseOptionValue(loopbackUsers, 'none', 'x')).toEqual([])
    expect(() => parseOptionValue(vhosts, 'none', 'x')).toThrow('x [] must be a list of at least one name')
  })

  it('reads one of the words of a list', () => {
    expect(parseOptionValue(logLevel, 'warning', 'x')).toBe('warning')
    expect(() => parseOptionValue(logLevel, 'loud', '--log-level')).toThrow(
      '--log-level "loud" must be one of debug, info, warning, error, none',
    )
  })

  it('reads a share', () => {
    expect(parseOptionValue(memoryHighWatermark, '0.4', 'x')).toBe(0.4)
    expect(parseOptionValue(memoryHighWatermark, '1', 'x')).toBe(1)
    for (const text of ['1.1', '-0.1', '.4', '4e-1', '40%']) {
      expect(() => parseOptionValue(memoryHighWatermark, text, 'x')).toThrow('must be a number from 0 to 1')
    }
  })

  it("reads bytes with RabbitMQ's units", () => {
    const read = (text: string) => parseOptionValue(diskFreeLimitBytes, text, 'x')
    expect(['7', '50MB', '2GiB', '1k', '1kB', '3 mib', '1T'].map(read)).toEqual([
      7,
      50_000_000,
      2 ** 31,
      1024,
      1000,
      3 * 2 ** 20,
      2 ** 40,
    ])
    for (const text of ['', '1.5GB', '-1', '5 bytes', '9999999T']) {
      expect(() => read(text)).toThrow('must be a number of bytes >= 0, as in 1000000, 50MB, 2GiB')
    }
  })

  it('never repeats a secret', () => {
    expect(() => parseOptionValue(defaultPassword, '  ', 'WARREN_DEFAULT_PASSWORD')).toThrow(
      /^WARREN_DEFAULT_PASSWORD must be a text that is not empty$/,
    )
  })
})

describe('formatOptionValue', () => {
  it.each(OPTION_NAMES)('writes the default of %s so that it can be read again', (name) => {
    const row = PROGRAM_OPTIONS[name]
    expect(parseOptionValue(row, formatOptionValue(row.default), name)).toEqual(row.default)
  })

  it('writes any list of plain names so that it can be read again', () => {
    const name = fc.stringMatching(/^[a-z/][a-z0-9 _-]*[a-z0-9]$/).filter((text) => text !== 'none')
    fc.assert(
      fc.property(fc.array(name), (names) => {
        expect(parseOptionValue(loopbackUsers, formatOptionValue(names), 'x')).toEqual(names)
      }),
    )
  })
})
