/**
 * Publisher confirms of a channel: what was published in a turn is confirmed by one cumulative `basic.ack` at its end.
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

  /** No confirm leaves any more: the channel is closed. */
  stop(): void {
    this.#stopped = true
  }

  /** Confirms all that was published since the last time, with one frame. */
  runTurn(): void {
    if (this.#stopped || this.#confirmed === this.#published) return
    const multiple = this.#published - this.#confirmed > 1
    this.#confirmed = this.#published
    const start = this.#output.reserve(FRAME_SIZE)
    workingMemory[start] = FrameType.method
    workingView.setUint16(start + 1, this.#channelNumber)
    workingView.setUint32(start + 3, FRAME_SIZE - 8)
    workingView.setUint32(start + 7, MethodId.basicAck)
    workingView.setUint32(start + 11, Math.floor(this.#confirmed / TWO_TO_32))
    workingView.setUint32(start + 15, this.#confirmed >>> 0)
    workingMemory[start + 19] = multiple ? 1 : 0
    workingMemory[start + 20] = FRAME_END
    this.#output.advance(start + FRAME_SIZE)
  }
}
