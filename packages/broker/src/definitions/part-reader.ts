/**
 * Reads the parts of definitions, field by field, and notes what is wrong instead of stopping at it.
 *
 * Keys that nobody reads are ignored, as RabbitMQ does. A value of `null` counts as missing.
 */

import type { TypedTable } from '@warrenmq/codec'
import { copyJson, isJsonObject, type JsonValue, JsonValueError } from '../parameters/json-value.ts'
import { readArguments } from './argument-table.ts'

/** Longest text shown of a wrong value. */
const SHOWN_MAX = 60

/** One object of the document. */
export class PartReader {
  readonly path: string
  readonly #fields: Readonly<Record<string, unknown>>
  readonly #faults: string[]

  constructor(path: string, fields: Readonly<Record<string, unknown>>, faults: string[]) {
    this.path = path
    this.#fields = fields
    this.#faults = faults
  }

  has(key: string): boolean {
    return Object.hasOwn(this.#fields, key) && this.#fields[key] !== null && this.#fields[key] !== undefined
  }

  /** The objects of a list; a list that is missing is empty. */
  list(key: string): PartReader[] {
    if (!this.has(key)) return []
    const items = this.#fields[key]
    if (!Array.isArray(items)) {
      this.#wrong(key, 'a list of objects')
      return []
    }
    return items.flatMap((item, index) => {
      const path = `${this.#label(key)}[${index}]`
      if (isJsonObject(item)) return [new PartReader(path, item, this.#faults)]
      this.#faults.push(`${path} is ${show(item)}; it must be an object`)
      return []
    })
  }

  /** An object; one that is missing is empty. */
  object(key: string): PartReader {
    const value = this.#fields[key]
    const isObject = isJsonObject(value)
    if (this.has(key) && !isObject) this.#wrong(key, 'an object')
    return new PartReader(this.#label(key), isObject ? value : {}, this.#faults)
  }

  /** A text. Without `fallback` it must be there. */
  text(key: string, fallback?: string): string {
    const value = this.#fields[key]
    if (this.has(key)) {
      if (typeof value === 'string') return value
      this.#wrong(key, 'a text')
    } else if (fallback === undefined) this.#faults.push(`${this.#label(key)} is missing; it must be a text`)
    return fallback ?? ''
  }

  flag(key: string, fallback: boolean): boolean {
    const value = this.#fields[key]
    if (!this.has(key)) return fallback
    if (typeof value !== 'boolean') this.#wrong(key, 'true or false')
    return value === true
  }

  /** Any JSON. Without `fallback` it must be there, and may be `null`. */
  json(key: string, fallback?: JsonValue): JsonValue {
    if (!Object.hasOwn(this.#fields, key)) {
      if (fallback === undefined) this.#faults.push(`${this.#label(key)} is missing`)
      return fallback ?? null
    }
    try {
      return copyJson(this.#fields[key])
    } catch (error) {
      if (!(error instanceof JsonValueError)) throw error
      this.#faults.push(`${this.#label(key)} ${error.message}`)
      return null
    }
  }

  /** Words: a list of texts, or one text with commas. */
  words(key: string): string[] {
    const value = this.#fields[key]
    if (!this.has(key)) return []
    if (typeof value === 'string')
      return value
        .split(',')
        .map((word) => word.trim())
        .filter((word) => word !== '')
    if (Array.isArray(value) && value.every((word) => typeof word === 'string')) return value
    this.#wrong(key, 'a list of texts')
    return []
  }

  /** Arguments of a declaration. RabbitMQ writes no arguments as an empty list in some places. */
  arguments(key: string): TypedTable {
    const value = this.json(key, {})
    if (isJsonObject(value)) return readArguments(value)
    if (value !== null && !(Array.isArray(value) && value.length === 0)) this.#wrong(key, 'an object')
    return readArguments({})
  }

  #wrong(key: string, allowed: string): void {
    this.#faults.push(`${this.#label(key)} is ${show(this.#fields[key])}; it must be ${allowed}`)
  }

  #label(key: string): string {
    return this.path === '' ? key : `${this.path}.${key}`
  }
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? typeof value
  return text.length <= SHOWN_MAX ? text : `${text.slice(0, SHOWN_MAX)}…`
}
