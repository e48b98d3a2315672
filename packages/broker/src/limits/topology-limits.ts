/** How many queues, exchanges and vhosts there may be, with RabbitMQ's texts where there may be no more. */

import { ReplyCode } from '@warrenmq/codec'
import { AdministrationError } from '../access/access-error.ts'
import type { ResolvedBrokerOptions } from '../config/options.ts'
import { ChannelException } from '../errors.ts'
import { describeResource } from '../vhost/resource-name.ts'
import type { VhostLimits } from './vhost-limits.ts'

/** A vhost, as far as its contents are counted. */
interface CountedVhost {
  readonly name: string
  readonly limits: VhostLimits
  readonly queues: ReadonlyMap<string, unknown>
  readonly exchanges: ReadonlyMap<string, unknown>
}

/** The limits of the whole broker; a negative one is no limit. */
type BrokerLimits = Pick<ResolvedBrokerOptions, 'queueMax' | 'exchangeMax' | 'vhostMax'>

/** The default exchange, and those that a vhost begins with. */
const EXCHANGES_OF_NEW_VHOST = 7

/** For vhosts that only try something out. */
export const NO_TOPOLOGY_LIMITS: BrokerLimits = Object.freeze({ queueMax: -1, exchangeMax: -1, vhostMax: -1 })

export class TopologyLimits {
  readonly #limits: BrokerLimits
  readonly #vhosts: ReadonlyMap<string, CountedVhost>

  constructor(limits: BrokerLimits, vhosts: ReadonlyMap<string, CountedVhost>) {
    this.#limits = limits
    this.#vhosts = vhosts
  }

  /** @throws ChannelException PRECONDITION_FAILED when there may be no further queue. */
  assertRoomForQueue(vhost: CountedVhost, queue: string): void {
    const { maxQueues } = vhost.limits
    if (maxQueues !== undefined && vhost.queues.size >= maxQueues) {
      throw refuse(`cannot declare queue '${queue}': queue limit in vhost '${vhost.name}' (${maxQueues}) is reached`)
    }
    const { queueMax } = this.#limits
    if (queueMax >= 0 && this.#count('queues') >= queueMax) {
      throw refuse(`cannot declare queue '${queue}': queue limit in cluster (${queueMax}) is reached`)
    }
  }

  /** @throws ChannelException PRECONDITION_FAILED when there may be no further exchange. Those that each vhost begins with count. */
  assertRoomForExchange(vhost: CountedVhost, exchange: string): void {
    const { exchangeMax } = this.#limits
    if (exchangeMax < 0 || this.#count('exchanges') < exchangeMax) return
    const resource = describeResource('exchange', exchange, vhost.name)
    throw refuse(`cannot declare ${resource}: exchange limit of ${exchangeMax} is reached`)
  }

  /** @throws AdministrationError INVALID when there may be no further vhost. */
  assertRoomForVhost(name: string): void {
    const { vhostMax } = this.#limits
    if (vhostMax < 0 || this.#vhosts.size < vhostMax) return
    throw new AdministrationError('INVALID', `cannot create vhost '${name}': vhost limit of ${vhostMax} is reached`)
  }

  /** What there is no room for, when this many more are to come. */
  checkRoom(vhostCount: number, queueCount: number, exchangeCount: number): string[] {
    const { vhostMax, queueMax, exchangeMax } = this.#limits
    const faults: string[] = []
    const check = (what: string, max: number, count: number, more: number) => {
      if (max >= 0 && more > 0 && count + more > max)
        faults.push(`${more} more ${what}: the limit of ${max} would be exceeded`)
    }
    check('vhosts', vhostMax, this.#vhosts.size, vhostCount)
    check('queues', queueMax, this.#count('queues'), queueCount)
    check('exchanges', exchangeMax, this.#count('exchanges') + vhostCount * EXCHANGES_OF_NEW_VHOST, exchangeCount)
    return faults
  }

  #count(what: 'queues' | 'exchanges'): number {
    let count = 0
    for (const vhost of this.#vhosts.values()) count += vhost[what].size
    return count
  }
}

function refuse(text: string): ChannelException {
  return new ChannelException(ReplyCode.PRECONDITION_FAILED, text)
}
