import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { UsageError } from '../src/errors.mjs'
import { resolveOptions, usage } from '../src/options.mjs'
import { repositoryFolder } from '../src/paths.mjs'
import { scenarios } from '../src/scenarios.mjs'

describe('resolveOptions', () => {
  it('runs every scenario against both brokers by default', () => {
    const options = resolveOptions([], {})
    expect(options.scenarios).toEqual(scenarios.map(({ id }) => id))
    expect(options.only).toBeUndefined()
    expect(options.rounds).toBe(5)
  })

  it('takes scenarios in any spelling and keeps the order of their table', () => {
    expect(resolveOptions(['-s', 'START,f', '--scenario', 'a'], {}).scenarios).toEqual(['A', 'F', 'start'])
  })

  it('finds the load generator by flag, then by variable, then beside the repository', () => {
    expect(resolveOptions(['--load-generator', '/a.c'], { AMQPLOAD: '/b.c' }).loadGenerator).toBe('/a.c')
    expect(resolveOptions([], { AMQPLOAD: '/b.c' }).loadGenerator).toBe('/b.c')
    expect(resolveOptions([], {}).loadGenerator).toBe(resolve(repositoryFolder, '../shared/bench/amqpload.c'))
  })

  it('profiles ours alone', () => {
    expect(resolveOptions(['--profile'], {}).only).toBe('warren')
  })

  it.each([
    [['-s', 'X'], "there is no scenario 'x', only A, B, P, D, F, K, T, confirms"],
    [['--rounds', '1.5'], '--rounds 1.5 must be a whole number from 1 to 1000'],
    [['--rounds', ''], '--rounds  must be a whole number from 1 to 1000'],
    [['--seconds', '0'], '--seconds 0 must be a number from 0.1 to 600'],
    [['--warm-up', 'long'], '--warm-up long must be a number from 0 to 60'],
    [['--messages', '10'], '--messages 10 must be a whole number from 1000 to 100000000'],
    [['--only', 'kafka'], '--only kafka must be warren or rabbitmq'],
    [['--profile', '--only', 'rabbitmq'], '--profile works on warren only'],
    [['--speed'], "Unknown option '--speed'"],
  ])('refuses %j', (args, message) => {
    expect(() => resolveOptions(args, {})).toThrow(UsageError)
    expect(() => resolveOptions(args, {})).toThrow(message)
  })
})

describe('usage', () => {
  it('lists every scenario', () => {
    for (const { id, title } of scenarios) expect(usage).toContain(`  ${id.padEnd(6)} ${title}\n`)
  })
})
