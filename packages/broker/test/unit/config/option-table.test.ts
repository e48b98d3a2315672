import { describe, expect, it } from 'vitest'
import { OPTION_NAMES, optionFlag, optionVariable, PROGRAM_OPTIONS } from '../../../src/config/option-table.ts'

describe('the option table', () => {
  it('derives flags and variables from names', () => {
    expect(optionFlag('port')).toBe('--port')
    expect(optionFlag('handshakeTimeoutMs')).toBe('--handshake-timeout-ms')
    expect(optionVariable('port')).toBe('WARREN_PORT')
    expect(optionVariable('handshakeTimeoutMs')).toBe('WARREN_HANDSHAKE_TIMEOUT_MS')
  })

  it('gives each option a file key of its own', () => {
    const keys = OPTION_NAMES.map((name) => PROGRAM_OPTIONS[name].fileKey)
    expect(new Set(keys).size).toBe(keys.length)
  })

  it("keeps RabbitMQ's keys where it has them", () => {
    const keys = Object.fromEntries(OPTION_NAMES.map((name) => [name, PROGRAM_OPTIONS[name].fileKey]))
    expect(keys).toMatchObject({
      port: 'listeners.tcp.default',
      heartbeatSeconds: 'heartbeat',
      frameSizeMax: 'frame_max',
      channelMax: 'channel_max',
      handshakeTimeoutMs: 'handshake_timeout',
      messageSizeMax: 'max_message_size',
      connectionMax: 'connection_max',
      defaultUser: 'default_user',
      defaultPassword: 'default_pass',
      loopbackUsers: 'loopback_users',
      vhosts: 'default_vhost',
      logLevel: 'log.console.level',
    })
  })

  it.each(OPTION_NAMES)('describes %s in a phrase that fits a table', (name) => {
    expect(PROGRAM_OPTIONS[name].description).toMatch(/^[^|\n]+[^|\n.]$/)
  })
})
