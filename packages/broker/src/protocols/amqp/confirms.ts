/**
 * Publisher confirms of a channel: what was published in a turn is confirmed by one cumulative `basic.ack` at its end. Where a queue
 * refused messages, a `basic.nack` for each run of them cuts it in pieces.
 *
 * Hot path (`npm run bench`). Messages are confirmed in the order of their publishing. One that was recorded in the log waits until its
 * batch is durable, and those behind it wait with it.
 */

import { FRAME_END, FrameType, MethodId } from '@warrenmq/codec'
import type { Commits } from '../../log/journal.ts'
import { workingMemory, workingView } from '../../memory/working-memory.ts'
import type { Output } from '../../net/output.ts'
import { type Turn, TurnPhase, type TurnTask } from '../../scheduler/turn.ts'
import type { PublishCounts } from '../../statistics/publish-counts.ts'

const FRAME_SIZE = 21
const TWO_TO_32 = 2 ** 32

export class PublisherConfirms implements TurnTask {
  scheduled = false
  readonly #channelNumber: number
  readonly #output: Output
  readonly #turn: Turn
  readonly #commits: Commits
  #published = 0
  #confirmed = 0
  #stopped = false
  /** First and last numbers of the runs that were refused, since the last time. */
  #refused: number[] = []
  /** Runs that wait for a batch: first number, batch, first number, batch … A run ends where the next one begins. */
  #batches: number[] = []
  /** Counts for the exchange that is published to, and for those of before, each with the last number published there. */
  #counts: PublishCounts | undefined
  #earlier: { readonly last: number; readonly counts: PublishCounts }[] = []

  constructor(channelNumber: number, output: Output, turn: Turn, commits: Commits) {
    this.#channelNumber = channelNumber
    this.#output = output
    this.#turn = turn
    this.#commits = commits
  }

  /**
   * The next message of the channel has been taken over by everything it was routed to.
   *
   * @param batch The batch of the journal that it was recorded in; 0 for none.
   */
  confirmNext(batch: number): void {
    const number = ++this.#published
    if (batch !== 0) this.#awaitBatch(number, batch)
    this.#turn.add(TurnPhase.confirm, this)
  }

  /** The next message of the channel was refused by a queue. */
  refuseNext(): void {
    const number = ++this.#published
    const refused = this.#refused
    if (refused.length > 0 && refused[refused.length - 1] === number - 1) refused[refused.length - 1] = number
    else refused.push(number, number)
    this.#turn.add(TurnPhase.confirm, this)
  }

  /** What is published from now on goes to another exchange, for which `counts` are. */
  exchangeChanged(counts: PublishCounts): void {
    const before = this.#counts
    this.#counts = counts
    const last = this.#published
    if (before === undefined || last === this.#confirmed || last === this.#earlier.at(-1)?.last) return
    this.#earlier.push({ last, counts: before })
  }

  /** Messages that wait for their confirm. */
  get unconfirmed(): number {
    return this.#published - this.#confirmed
  }

  /** No confirm leaves any more: the channel is closed. */
  stop(): void {
    this.#stopped = true
  }

  /** Answers for all that was published since the last time, with one frame for each run of the same answer. */
  runTurn(): void {
    if (this.#stopped || this.#confirmed === this.#published) return
    const last = this.#batches.length === 0 ? this.#published : this.#lastAnswered()
    const refused = this.#refused
    let answered = 0
    for (; answered < refused.length && refused[answered] <= last; answered += 2) {
      if (refused[answered] - 1 > this.#confirmed) this.#answer(MethodId.basicAck, refused[answered] - 1)
      this.#answer(MethodId.basicNack, Math.min(last, refused[answered + 1]))
      if (refused[answered + 1] > last) {
        refused[answered] = last + 1
        break
      }
    }
    if (answered > 0) refused.splice(0, answered)
    if (last > this.#confirmed) this.#answer(MethodId.basicAck, last)
  }

  #awaitBatch(number: number, batch: number): void {
    const batches = this.#batches
    if (batches.length === 0) this.#commits.watch(this)
    else if (batches[batches.length - 1] === batch) return
    batches.push(number, batch)
  }

  /** The last number that can be answered for. What waits for a batch that was refused is refused. */
  #lastAnswered(): number {
    const { committed, refused } = this.#commits
    const batches = this.#batches
    let done = 0
    for (; done < batches.length; done += 2) {
      if (batches[done + 1] <= committed) continue
      if (batches[done + 1] > refused) break
      this.#refuseRun(batches[done], done + 2 < batches.length ? batches[done + 2] - 1 : this.#published)
    }
    if (done > 0) batches.splice(0, done)
    if (batches.length === 0) return this.#published
    this.#commits.watch(this)
    return batches[0] - 1
  }

  /** Puts a run among those that were refused, in order, together with what of it was refused already. */
  #refuseRun(first: number, last: number): void {
    const runs = this.#refused
    const kept: number[] = []
    let from = first
    let to = last
    for (let i = 0; i < runs.length; i += 2) {
      if (runs[i + 1] < first - 1 || runs[i] > last + 1) {
        kept.push(runs[i], runs[i + 1])
      } else {
        from = Math.min(from, runs[i])
        to = Math.max(to, runs[i + 1])
      }
    }
    let at = 0
    while (at < kept.length && kept[at] < from) at += 2
    kept.splice(at, 0, from, to)
    this.#refused = kept
  }

  /** Counts what follows the last confirm, up to `last`, for the exchanges that it went to. */
  #count(last: number, isAck: boolean): void {
    const earlier = this.#earlier
    let from = this.#confirmed
    if (earlier.length > 0) {
      let done = 0
      while (done < earlier.length && from < last) {
        const { last: end, counts } = earlier[done]
        const to = Math.min(last, end)
        if (isAck) counts.confirmed += to - from
        from = to
        if (to === end) done++
      }
      if (done > 0) earlier.splice(0, done)
    }
    if (isAck && this.#counts !== undefined) this.#counts.confirmed += last - from
  }

  /** `basic.ack` or `basic.nack`, which look the same, for everything up to `last`. */
  #answer(method: number, last: number): void {
    const multiple = last - this.#confirmed > 1
    this.#count(last, method === MethodId.basicAck)
    this.#confirmed = last
    const start = this.#output.reserve(FRAME_SIZE)
    workingMemory[start] = FrameType.method
    workingView.setUint16(start + 1, this.#channelNumber)
    workingView.setUint32(start + 3, FRAME_SIZE - 8)
    workingView.setUint32(start + 7, method)
    workingView.setUint32(start + 11, Math.floor(last / TWO_TO_32))
    workingView.setUint32(start + 15, last >>> 0)
    workingMemory[start + 19] = multiple ? 1 : 0
    workingMemory[start + 20] = FRAME_END
    this.#output.advance(start + FRAME_SIZE)
  }
}
