import { describe, expect, it } from 'vitest'
import { LogLimit } from '../../../src/logging/log-limit.ts'
import { ManualClock } from '../../manual-clock.ts'

function setUp() {
  const lines: string[] = []
  const write = (fields: object, message: string) => void lines.push(`${JSON.stringify(fields)} ${message}`)
  const clock = new ManualClock()
  const limit = new LogLimit({ debug: write, info: write, warn: write, error: write }, clock)
  const warn = (source: string, times: number) => {
    for (let i = 0; i < times; i++) limit.of(source).warn({}, source)
  }
  /** What was written since it was last asked. */
  const taken = () => lines.splice(0)
  return { limit, clock, warn, taken }
}

describe('a limit of log lines', () => {
  it('writes 30 lines of a source in a minute, and then how many more there were', () => {
    const { clock, warn, taken } = setUp()
    warn('a', 100)
    warn('b', 2)
    expect(taken()).toEqual([...Array(30).fill('{} a'), '{} b', '{} b'])
    clock.advance(60_000)
    expect(taken()).toEqual(['{"source":"a","leftOut":70} lines left out: too many in a minute'])
    warn('a', 1)
    expect(taken()).toEqual(['{} a'])
    clock.advance(60_000)
    expect(taken()).toEqual([])
    expect(clock.timerCount).toBe(0)
  })

  it('counts lines of all levels but debug', () => {
    const { limit, taken } = setUp()
    const logger = limit.of('a')
    for (let i = 0; i < 20; i++) {
      logger.info({}, 'info')
      logger.error({}, 'error')
    }
    logger.debug({}, 'debug')
    expect(taken()).toHaveLength(31)
  })

  it('bounds what all sources write together', () => {
    const { clock, warn, taken } = setUp()
    warn('first', 40)
    for (let i = 0; i < 5000; i++) warn(`source ${i}`, 1)
    expect(taken()).toHaveLength(1000)
    clock.advance(60_000)
    expect(taken()).toEqual([
      '{"source":"first","leftOut":10} lines left out: too many in a minute',
      `{"source":"others","leftOut":${5000 - 970}} lines left out: too many in a minute`,
    ])
  })

  it('says at its end what it left out', () => {
    const { limit, warn, taken, clock } = setUp()
    warn('a', 31)
    limit.close()
    expect(taken().at(-1)).toBe('{"source":"a","leftOut":1} lines left out: too many in a minute')
    expect(clock.timerCount).toBe(0)
  })
})
