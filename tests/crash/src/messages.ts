/** Messages of the test: each says who it is, and has a body that follows from that. */

export interface Sent {
  /** Publisher and number. */
  readonly id: string
  readonly publisher: string
  /** Grows with each message of its publisher. */
  readonly number: number
  readonly size: number
  readonly persistent: boolean
  readonly priority: number
  /** The start of the broker that it was sent to. */
  readonly life: number
  /** When it was sent, as a number that grows with everything that happens. */
  readonly sentAt: number
  /** When it was confirmed; `Infinity` for not yet. */
  confirmedAt: number
  /** Whether the broker said that it did not take it. */
  refused: boolean
}

export function bodyOf({ id, size }: Pick<Sent, 'id' | 'size'>): Buffer {
  return Buffer.alloc(size, `${id} `)
}

/** A message in words, for complaints. */
export function describeSent({ id, size, persistent, life, confirmedAt }: Sent): string {
  const mode = persistent ? 'persistent' : 'transient'
  return `${id} (${mode}, ${size} bytes, of life ${life}, ${confirmedAt < Infinity ? 'confirmed' : 'not confirmed'})`
}
