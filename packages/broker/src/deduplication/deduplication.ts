/**
 * What a queue or exchange with `x-deduplication` knows of the messages that came: exact within its window.
 */

import { createHash } from 'node:crypto'
import type { TypedTable } from '@warrenmq/codec'
import { headerKey } from '@warrenmq/routing'
import type { Clock } from '../clock.ts'
import { readDeduplicationArguments } from './deduplication-arguments.ts'
import { DeduplicationWindow } from './deduplication-window.ts'

/** Longer identities are remembered by their SHA-256, in characters. */
const KEY_LENGTH_MAX = 128

export class Deduplication {
  /** Messages that were dropped. */
  duplicateCount = 0
  readonly #header: string
  readonly #window: DeduplicationWindow
  readonly #clock: Clock

  /** For these checked arguments; `undefined` when they ask for none. */
  static create(args: TypedTable, clock: Clock): Deduplication | undefined {
    const settings = readDeduplicationArguments(args)
    if (settings === undefined) return undefined
    return new Deduplication(settings.header, new DeduplicationWindow(settings.size, settings.ttlMs), clock)
  }

  private constructor(header: string, window: DeduplicationWindow, clock: Clock) {
    this.#header = header
    this.#window = window
    this.#clock = clock
  }

  /**
   * What identifies a message with these headers; `undefined` for one that is not looked at: without the header, or dead-lettered, because
   * that is the same message on its way back and no duplicate.
   */
  keyOf(headers: TypedTable | undefined): string | undefined {
    const value = headers?.[this.#header]
    if (value === undefined || value.tag === 'V' || headers?.['x-death'] !== undefined) return undefined
    const key = headerKey(value)
    const text = `${typeof key}:${String(key)}`
    return text.length > KEY_LENGTH_MAX ? createHash('sha256').update(text).digest('base64') : text
  }

  /** Whether the message has come before; it is counted then. */
  isDuplicate(key: string): boolean {
    if (!this.#window.has(key, this.#clock.now())) return false
    this.duplicateCount++
    return true
  }

  /** Remembers a message that was taken, and returns until when, in milliseconds since the epoch. */
  remember(key: string): number {
    return this.#window.add(key, this.#clock.now())
  }

  /** Remembers what was known before the broker was started anew. */
  restore(key: string, expires: number): void {
    this.#window.restore(key, expires, this.#clock.now())
  }

  /** What it remembers, oldest first, and until when. */
  entries(): Iterable<readonly [key: string, expires: number]> {
    return this.#window.all()
  }

  /** The message was refused after all: its publisher is told so, and may send it again. */
  forget(key: string): void {
    this.#window.forget(key)
  }
}
