import { describe, expect, it } from 'vitest'
import { describeFailure } from '../../../src/bin/describe-failure.ts'
import { ConfigurationError } from '../../../src/config/configuration-error.ts'

function systemError(code: string): Error {
  return Object.assign(new Error(`listen ${code}`), { code })
}

describe('describeFailure', () => {
  it.each([
    [
      'EADDRINUSE',
      'port 5672 is already in use on 127.0.0.1; stop the program that has it, or choose another with --port',
    ],
    ['EACCES', 'port 5672 on 127.0.0.1 takes privileges that this user lacks; choose one from 1024 with --port'],
    ['EADDRNOTAVAIL', '127.0.0.1 is not an address of this machine; choose another with --host'],
    ['ENOTFOUND', 'the name 127.0.0.1 leads to no address; choose another with --host'],
    ['EAI_AGAIN', 'the name 127.0.0.1 leads to no address; choose another with --host'],
  ])('says in a sentence what %s means', (code, sentence) => {
    expect(describeFailure(systemError(code), '127.0.0.1', 5672)).toBe(sentence)
  })

  it('names the flag of the management API when it was its port', () => {
    const error = Object.assign(systemError('EADDRINUSE'), { port: 15672, option: 'managementPort' })
    expect(describeFailure(error, '::', 5672)).toContain('port 15672 is already in use on ::')
    expect(describeFailure(error, '::', 5672)).toContain('choose another with --management-port')
  })

  it('repeats what is wrong with the configuration', () => {
    const error = new ConfigurationError('INVALID_VALUE', 'port -1 must be an integer from 0 to 65535')
    expect(describeFailure(error, '::', -1)).toBe('port -1 must be an integer from 0 to 65535')
  })

  it('shows where a bug is', () => {
    const bug = new TypeError('x is not a function')
    expect(describeFailure(bug, '::', 5672)).toBe(bug.stack)
    bug.stack = undefined as never
    expect(describeFailure(bug, '::', 5672)).toBe('x is not a function')
    expect(describeFailure('thrown text', '::', 5672)).toBe('thrown text')
  })
})
