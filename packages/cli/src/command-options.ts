/** The options of one command as they were given. */

import { badArgument, UsageError } from './cli-error.ts'

export class CommandOptions {
  readonly #values: Readonly<Record<string, unknown>>

  /** Keys are in camel case, as commander has them. */
  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values
  }

  text(name: string): string | undefined {
    const value = this.#values[name]
    return typeof value === 'string' ? value : undefined
  }

  /** The values of an option that may be given several times, in their order. */
  texts(name: string): readonly string[] {
    const values = this.#values[name]
    return Array.isArray(values) ? values.map(String) : []
  }

  flag(name: string): boolean {
    return this.#values[name] === true
  }

  /** A whole number. @throws UsageError */
  integer(name: string): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    if (!/^-?\d{1,15}$/.test(text)) throw new UsageError(`Invalid options for this command:\n--${name} : ${text}`)
    return Number(text)
  }

  /** One word of these. @throws UsageError */
  choice<Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const choice = choices.find((candidate) => candidate === text)
    if (choice === undefined) throw badArgument(`--${name} ${text}; it takes ${choices.join(', ')}`)
    return choice
  }
}
