import { describe, expect, it } from 'vitest'
import { mergeSettings } from '../../../src/config/merge-settings.ts'
import { resolveBrokerOptions } from '../../../src/config/options.ts'

describe('mergeSettings', () => {
  it("fills in the program's defaults: all addresses and info lines, otherwise an embedded broker's", () => {
    expect(mergeSettings()).toEqual({
      ...resolveBrokerOptions(),
      host: '::',
      managementPort: 15_672,
      prometheusPort: 15_692,
      dataDirectory: 'warren-data',
      logConsole: true,
      logLevel: 'info',
      logFormat: 'json',
      logFile: '',
      logDirectory: '',
      logFileLevel: 'info',
      logFileFormat: 'json',
      logFileSizeMax: 0,
      logFileCount: 5,
      logConnectionLevel: 'debug',
      logDefaultLevel: 'debug',
    })
  })

  it('lets the first source hold that has an option', () => {
    const flags = { port: 1 }
    const environment = { port: 2, heartbeatSeconds: 2 }
    const file = { port: 3, heartbeatSeconds: 3, channelMax: 3 }
    expect(mergeSettings(flags, environment, file)).toMatchObject({ port: 1, heartbeatSeconds: 2, channelMax: 3 })
  })

  it('takes zero and the empty list for values', () => {
    const merged = mergeSettings({ port: 0, loopbackUsers: [] }, { port: 5, loopbackUsers: ['guest'] })
    expect(merged).toMatchObject({ port: 0, loopbackUsers: [] })
  })

  it('replaces a list as a whole', () => {
    expect(mergeSettings({ vhosts: ['a'] }, { vhosts: ['b', 'c'] }).vhosts).toEqual(['a'])
  })
})
