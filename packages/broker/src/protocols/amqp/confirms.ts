/**
 * Publisher confirms of a channel: what was published in a turn is confirmed by one cumulative `basic.ack` at its end. Where a queue
 * refused messages, a `basic.nack` for each run of them cuts it in pieces.
 *
 * Hot path (`npm run bench`). Messages are in memory once they are routed, so they are confirmed in the order of their publishing.
 */

import { FRAME_END, FrameType, MethodId } from '@warrenmq/codec'
import { workingMemory, workingView } from '../../memory/working-memory.ts'
import type { Output } from '../../net/output.ts'
import { type Turn, TurnPhase, type TurnTask } from '../../scheduler/turn.ts'

const FRAME_SIZE = 21
const TWO_TO_32 = 2 ** 32

export class PublisherConfirms implements TurnTask {
  scheduled = false
  readonly #channelNumber: number
  readonly #output: Output
  readonly #turn: Turn
  #published = 0
  #confirmed = 0
  #stopped = false
  /** First and last numbers of the runs that were refused, since the last time. */
  #refused: number[] = []

  constructor(channelNumber: number, output: Output, turn: Turn) {
    this.#channelNumber = channelNumber
    this.#output = output
    this.#turn = turn
  }

  /** The next message of the channel has been taken over by everything it was routed to. */
  confirmNext(): void {
    this.#published++
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

  /** No confirm leaves any more: the channel is closed. */
  stop(): void {
    this.#stopped = true
  }

  /** Answers for all that was published since the last time, with one frame for each run of the same answer. */
  runTurn(): void {
    if (this.#stopped || this.#confirmed === this.#published) return
    const refused = this.#refused
    for (let i = 0; i < refused.length; i += 2) {
      if (refused[i] - 1 > this.#confirmed) this.#answer(MethodId.basicAck, refused[i] - 1)
      this.#answer(MethodId.basicNack, refused[i + 1])
    }
    if (refused.length > 0) this.#refused = []
    if (this.#published > this.#confirmed) this.#answer(MethodId.basicAck, this.#published)
  }

  /** `basic.ack` or `basic.nack`, which look the same, for everything up to `last`. */
  #answer(method: number, last: number): void {
    const multiple = last - this.#confirmed > 1
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
