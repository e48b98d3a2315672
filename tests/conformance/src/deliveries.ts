/** What amqplib hands to a consumer, taken one by one. */

import { within } from '@warrenmq/testkit'
import type { Channel, ConsumeMessage } from 'amqplib'

/** What a consumer of amqplib gets: a message, or `null` when the broker cancelled it. */
export type Delivery = ConsumeMessage | null

/** A consumer and what it was handed. Nothing is settled. */
export class Deliveries {
  readonly #arrived: Delivery[] = []
  #wake: () => void = () => {}

  /** Starts a consumer. Its tag is `tag`, or one that the broker chooses. */
  static async from(channel: Channel, queue: string, tag = '', noAck = false): Promise<Deliveries> {
    const deliveries = new Deliveries()
    await channel.consume(queue, (delivery) => deliveries.#add(delivery), { consumerTag: tag, noAck })
    return deliveries
  }

  /** The next delivery, which has to come. */
  async nextOrCancel(): Promise<Delivery> {
    if (this.#arrived.length === 0) {
      const arrival = new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      await within(arrival, 'a delivery')
    }
    return this.#arrived.shift() as Delivery
  }

  /** The next message, which has to come. */
  async next(): Promise<ConsumeMessage> {
    const delivery = await this.nextOrCancel()
    if (delivery === null) throw new Error('the broker cancelled the consumer')
    return delivery
  }

  /** The next messages, which have to come. */
  async take(count: number): Promise<ConsumeMessage[]> {
    const taken: ConsumeMessage[] = []
    while (taken.length < count) taken.push(await this.next())
    return taken
  }

  /** How many came and were not taken yet. */
  get waiting(): number {
    return this.#arrived.length
  }

  #add(delivery: Delivery): void {
    this.#arrived.push(delivery)
    this.#wake()
  }
}
