import { describe, expect, it } from 'vitest'
import { OPTION_NAMES, optionVariable, PROGRAM_OPTIONS } from '../../../src/config/option-table.ts'
import { formatOptionValue } from '../../../src/config/option-value.ts'
import { readEnvironment } from '../../../src/config/read-environment.ts'

describe('readEnvironment', () => {
  it.each(OPTION_NAMES)('reads %s from its variable', (name) => {
    // An empty default, of a file's name for example, cannot be told from a variable that is not set.
    const value = PROGRAM_OPTIONS[name].default === '' ? 'a text' : PROGRAM_OPTIONS[name].default
    expect(readEnvironment({ [optionVariable(name)]: formatOptionValue(value) })).toEqual({ [name]: value })
  })

  it('takes an empty variable for one that is not set', () => {
    expect(readEnvironment({ WARREN_PORT: '', WARREN_HOST: undefined })).toEqual({})
  })

  it('names the variable of a bad value', () => {
    expect(() => readEnvironment({ WARREN_PORT: 'tcp://10.0.0.1:5672' })).toThrow(
      'WARREN_PORT "tcp://10.0.0.1:5672" must be an integer from 0 to 65535',
    )
  })

  it.each([
    ['WARREN_PROT', 'WARREN_PORT'],
    ['WARREN_HEARTBEAT_SECOND', 'WARREN_HEARTBEAT_SECONDS'],
    ['WARREN_CONF', 'WARREN_CONFIG'],
    ['WARREN_port', 'WARREN_PORT'],
  ])('takes %s for a slip', (variable, nearest) => {
    expect(() => readEnvironment({ [variable]: '1' })).toThrow(
      expect.objectContaining({
        code: 'UNKNOWN_KEY',
        message: `unknown environment variable ${variable}; did you mean ${nearest}?`,
      }),
    )
  })

  it('leaves variables of others alone', () => {
    const others = {
      PORT: '1',
      WARREN_SERVICE_HOST: '10.0.0.1',
      WARREN_PORT_5672_TCP: 'tcp://10.0.0.1:5672',
      PATH: '/bin',
    }
    expect(readEnvironment({ ...others, WARREN_CONFIG: 'w.conf' })).toEqual({})
  })
})
