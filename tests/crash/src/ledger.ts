/**
 * What the broker has promised, and whether it keeps it. All rules of the test stand here:
 *
 * 1. What was confirmed and must survive is there after a crash until it was acknowledged: in its queue, or where that sends what dies.
 * 2. Messages of one publisher and one priority come in the order of their publishing.
 * 3. Nothing comes that was not published to its queue, that was refused, that is transient and from before a crash, or other than it was.
 * 4. What is gone stays gone: seen to be so after a crash, or acknowledged in a transaction that was committed.
 * 5. What comes again is flagged redelivered; what comes for the first time in the life that it was published in is not. (What the
 *    broker itself publishes, because it was delayed or died, it may publish again after a crash.)
 * 6. A transaction that was not answered is there with all its messages and acknowledgements, or with none.
 *
 * A *life* is the time from one start of the broker to its end. An *inspection* at its beginning sees all that is in the queues.
 */

import { bodyOf, describeSent, type Sent } from './messages.ts'
import type { QueueRules } from './topology.ts'

/** Lives after which a message that is gone is forgotten. */
const MEMORY_LIVES = 20

/** A message in one queue. */
interface Copy {
  readonly message: Sent
  readonly queue: QueueRules
  /** Whether it may come here only once it has died in another queue. */
  isAfterlife: boolean
  /** The life in which it came last; 0 for never. */
  seenIn: number
  /** Whether the acknowledgement was sent, in which life, and whether it is known to be durable. */
  settledIn: number | undefined
  isSettledForSure: boolean
  /** Whether it was rejected, so that it goes where the queue sends what dies. */
  rejected: boolean
  gone: boolean
}

/** What came to a client. */
export interface Arrival {
  readonly id: string
  readonly body: Uint8Array
  readonly redelivered: boolean
}

export interface LedgerTransaction {
  readonly messages: readonly Sent[]
  readonly acknowledged: readonly { readonly queue: string; readonly id: string }[]
}

export interface SendOptions {
  readonly size: number
  readonly persistent: boolean
  readonly priority: number
  readonly queues: readonly string[]
  /** Whether it is part of a transaction. @default false */
  readonly isHeld?: boolean
}

export class Ledger {
  /** Number of the current start of the broker. */
  life = 1
  readonly violations: string[] = []
  readonly counts = { sent: 0, confirmed: 0, delivered: 0, redelivered: 0, settled: 0, transactions: 0 }
  readonly #rules: ReadonlyMap<string, QueueRules>
  readonly #messages = new Map<string, Sent>()
  /** By queue, then by message. */
  readonly #copies = new Map<string, Map<string, Copy>>()
  readonly #numbers = new Map<string, number>()
  #unanswered: LedgerTransaction[] = []
  #time = 0

  constructor(queues: readonly QueueRules[]) {
    this.#rules = new Map(queues.map((rules) => [rules.name, rules]))
    for (const { name } of queues) this.#copies.set(name, new Map())
  }

  /** A message is about to be published. In a transaction it is not to be there before the commit. */
  send(publisher: string, { queues, isHeld = false, ...options }: SendOptions): Sent {
    const number = this.#numbers.get(publisher) ?? 1
    this.#numbers.set(publisher, number + 1)
    const message: Sent = {
      id: `${publisher}:${number}`,
      publisher,
      number,
      ...options,
      life: this.life,
      sentAt: this.#time++,
      confirmedAt: Infinity,
      refused: isHeld,
    }
    this.counts.sent++
    this.#messages.set(message.id, message)
    for (const name of queues) this.#addCopy(message, name, false)
    return message
  }

  confirmed(message: Sent): void {
    this.counts.confirmed++
    message.confirmedAt = this.#time++
  }

  refused(message: Sent): void {
    message.refused = true
  }

  /** A message came to a client, or was seen by an inspection. */
  delivered(queue: string, { id, body, redelivered }: Arrival): void {
    this.counts.delivered++
    if (redelivered) this.counts.redelivered++
    const copy = this.#copies.get(queue)?.get(id)
    if (copy === undefined) {
      this.#complain(queue, `${id} came, which was never published there, or is long gone`)
      return
    }
    const { message } = copy
    if (!bodyOf(message).equals(body)) this.#wrong(copy, `came with another body, of ${body.length} bytes`)
    if (message.refused) this.#wrong(copy, 'came although it was refused')
    if (copy.gone) this.#wrong(copy, 'came back after it was gone')
    if (copy.isSettledForSure) this.#wrong(copy, 'came back after the commit of its acknowledgement')
    const mayBeTwice = copy.queue.isFedByBroker && message.life < this.life
    if (copy.settledIn === this.life && !mayBeTwice) this.#wrong(copy, 'came again after its acknowledgement')
    if (message.life < this.life && !mustSurvive(copy)) this.#wrong(copy, 'survived')
    if (copy.seenIn !== 0 && !redelivered && !mayBeTwice)
      this.#wrong(copy, 'came again without being flagged redelivered')
    if (copy.seenIn === 0 && redelivered && message.life === this.life)
      this.#wrong(copy, 'is flagged redelivered, but never came')
    copy.seenIn = this.life
    copy.settledIn = undefined
    copy.rejected = false
  }

  /** An acknowledgement is about to be sent. */
  settling(queue: string, id: string): void {
    this.counts.settled++
    const copy = this.#copies.get(queue)?.get(id)
    if (copy !== undefined) copy.settledIn = this.life
  }

  /** A rejection is about to be sent, without requeueing. */
  rejecting(queue: string, id: string): void {
    this.settling(queue, id)
    const copy = this.#copies.get(queue)?.get(id)
    if (copy !== undefined) copy.rejected = true
  }

  /** A commit is about to be sent. */
  committing(transaction: LedgerTransaction): void {
    this.#unanswered.push(transaction)
    for (const message of transaction.messages) message.refused = false
    for (const { queue, id } of transaction.acknowledged) this.settling(queue, id)
  }

  committed(transaction: LedgerTransaction): void {
    this.counts.transactions++
    this.#unanswered = this.#unanswered.filter((each) => each !== transaction)
    for (const message of transaction.messages) this.confirmed(message)
    for (const { queue, id } of transaction.acknowledged) {
      const copy = this.#copies.get(queue)?.get(id)
      if (copy !== undefined) copy.isSettledForSure = true
    }
  }

  /** The broker has ended and was started again. */
  restarted(): void {
    this.life++
    this.#forgetOld()
  }

  /** This life begins without an inspection: what happens in it hides which transactions there were. */
  notInspected(): void {
    this.#unanswered = []
  }

  /** Queues as they are after a start: their messages in order, each of which was reported to `delivered`. */
  inspected(contents: ReadonlyMap<string, readonly string[]>): void {
    for (const [queue, ids] of contents) this.#checkOrder(queue, ids)
    for (const queue of contents.keys()) this.#checkPresence(queue, contents)
    for (const transaction of this.#unanswered.splice(0)) this.#checkTransaction(transaction, contents)
    for (const [queue, ids] of contents) {
      const present = new Set(ids)
      for (const copy of this.#copies.get(queue)?.values() ?? []) {
        const { message, isAfterlife } = copy
        if (!present.has(message.id)) copy.gone = !isAfterlife || !this.#isBefore(copy, contents)
        else if (isAfterlife && !this.#isBefore(copy, contents)) copy.isAfterlife = false
      }
    }
  }

  #addCopy(message: Sent, name: string, isAfterlife: boolean): void {
    const queue = this.#rules.get(name)
    if (queue === undefined) throw new Error(`there is no queue ${name}`)
    this.#copies.get(name)?.set(message.id, {
      message,
      queue,
      isAfterlife,
      seenIn: 0,
      settledIn: undefined,
      isSettledForSure: false,
      rejected: false,
      gone: false,
    })
    if (queue.deadLetterQueue !== undefined) this.#addCopy(message, queue.deadLetterQueue, true)
  }

  #checkOrder(queue: string, ids: readonly string[]): void {
    if (!this.#rules.get(queue)?.isOrdered) return
    const last = new Map<string, Sent>()
    const came = new Set<string>()
    for (const id of ids) {
      if (came.has(id)) this.#complain(queue, `${id} is there twice`)
      came.add(id)
      const message = this.#messages.get(id)
      if (message === undefined) continue
      const line = `${message.publisher}, priority ${this.#rules.get(queue)?.hasPriorities ? message.priority : 0}`
      const before = last.get(line)
      if (before !== undefined && before.number > message.number) {
        this.#complain(queue, `${describeSent(message)} came after ${before.id}`)
      }
      last.set(line, message)
    }
  }

  #checkPresence(queue: string, contents: ReadonlyMap<string, readonly string[]>): void {
    const present = new Set(contents.get(queue))
    for (const copy of this.#copies.get(queue)?.values() ?? []) {
      if (present.has(copy.message.id) || !this.#isOwed(copy)) continue
      const { deadLetterQueue } = copy.queue
      const afterlife = deadLetterQueue && this.#copies.get(deadLetterQueue)?.get(copy.message.id)
      if (afterlife && (afterlife.settledIn !== undefined || contents.get(deadLetterQueue)?.includes(copy.message.id)))
        continue
      this.#wrong(copy, 'is missing')
    }
  }

  #isOwed(copy: Copy): boolean {
    const { message, queue } = copy
    if (message.confirmedAt === Infinity || !mustSurvive(copy) || copy.gone || copy.isAfterlife) return false
    if (queue.isAutoAck) return false
    if (copy.settledIn !== undefined && !(copy.rejected && queue.deadLetterQueue !== undefined)) return false
    return this.#countBehind(copy) < queue.lengthMax
  }

  /** How many messages may have come to the queue after this one. */
  #countBehind({ message, queue }: Copy): number {
    if (queue.lengthMax === Infinity) return 0
    let count = 0
    for (const other of this.#copies.get(queue.name)?.values() ?? []) {
      if (other.message !== message && other.message.confirmedAt > message.sentAt) count++
    }
    return count
  }

  #checkTransaction(
    { messages, acknowledged }: LedgerTransaction,
    contents: ReadonlyMap<string, readonly string[]>,
  ): void {
    const copies = messages.flatMap(({ id }) =>
      [...this.#rules.keys()].flatMap((name) => this.#copies.get(name)?.get(id) ?? []),
    )
    const isPresent = (queue: string, id: string) => contents.get(queue)?.includes(id) ?? false
    const there = copies.filter(({ queue, message }) => isPresent(queue.name, message.id))
    // One that need not have survived is gone for another reason.
    const isOwed = (queue: string, id: string) => {
      const copy = this.#copies.get(queue)?.get(id)
      return copy !== undefined && mustSurvive(copy) && copy.message.confirmedAt !== Infinity && !copy.gone
    }
    const isDone = there.length > 0 || acknowledged.some(({ queue, id }) => isOwed(queue, id) && !isPresent(queue, id))
    if (!isDone) return
    for (const copy of copies) {
      if (copy.settledIn === undefined && !there.includes(copy))
        this.#wrong(copy, 'is missing, of a transaction that is there in part')
    }
    for (const { queue, id } of acknowledged) {
      if (isPresent(queue, id))
        this.#complain(queue, `${id} is there, which was acknowledged in a transaction that is there in part`)
    }
  }

  /** Whether a message is still in a queue that may send it here when it dies. */
  #isBefore({ message, queue }: Copy, contents: ReadonlyMap<string, readonly string[]>): boolean {
    for (const { name, deadLetterQueue } of this.#rules.values()) {
      if (deadLetterQueue === queue.name && contents.get(name)?.includes(message.id)) return true
    }
    return false
  }

  #forgetOld(): void {
    for (const copies of this.#copies.values()) {
      for (const [id, { gone, message }] of copies)
        if (gone && message.life < this.life - MEMORY_LIVES) copies.delete(id)
    }
    for (const id of this.#messages.keys()) {
      if (![...this.#copies.values()].some((copies) => copies.has(id))) this.#messages.delete(id)
    }
  }

  #wrong({ message, queue }: Copy, what: string): void {
    this.#complain(queue.name, `${describeSent(message)} ${what}`)
  }

  #complain(queue: string, what: string): void {
    this.violations.push(`queue ${queue}: ${what}`)
  }
}

function mustSurvive({ message, queue }: Copy): boolean {
  return message.persistent || queue.keepsTransient
}
