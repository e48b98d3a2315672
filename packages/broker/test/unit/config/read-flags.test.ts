import { Command, CommanderError } from 'commander'
import { describe, expect, it } from 'vitest'
import { OPTION_NAMES, optionFlag, optionVariable, PROGRAM_OPTIONS } from '../../../src/config/option-table.ts'
import { formatOptionValue } from '../../../src/config/option-value.ts'
import { addFlags, readFlags } from '../../../src/config/read-flags.ts'

function createCommand(): Command {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => {} })
  addFlags(command)
  return command
}

const parse = (...args: string[]) => readFlags(createCommand().parse(args, { from: 'user' }))

describe('flags', () => {
  it.each(OPTION_NAMES)('give %s', (name) => {
    const value = PROGRAM_OPTIONS[name].default
    expect(parse(optionFlag(name), formatOptionValue(value))).toEqual({ [name]: value })
    expect(parse(`${optionFlag(name)}=${formatOptionValue(value)}`)).toEqual({ [name]: value })
  })

  it('give nothing when there are none', () => {
    expect(parse()).toEqual({})
  })

  it('are named in the message about a bad value', () => {
    expect(() => parse('--port', '70000')).toThrow(
      expect.objectContaining({ code: 'INVALID_VALUE', message: '--port 70000 must be an integer from 0 to 65535' }),
    )
  })

  it('are suggested for unknown ones', () => {
    expect(() => parse('--prot', '1')).toThrow(CommanderError)
    expect(() => parse('--prot', '1')).toThrow(/unknown option '--prot'\n\(Did you mean --port\?\)/)
  })

  it.each(OPTION_NAMES)('tell of %s in the help', (name) => {
    const { description, fileKey } = PROGRAM_OPTIONS[name]
    const help = createCommand().helpInformation().replaceAll(/\s+/g, ' ')
    for (const part of [optionFlag(name), description, `(${optionVariable(name)}, ${fileKey})`])
      expect(help).toContain(part)
  })

  it("show the program's default in the help", () => {
    expect(createCommand().helpInformation()).toContain('IPv6 and IPv4 [::]')
  })
})
