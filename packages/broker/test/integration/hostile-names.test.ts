/** Names that mean something to JavaScript are names like any other. */

import type { FieldTable } from '@warrenmq/codec'
import { expect, it } from 'vitest'
import { bind, declareExchange, declareQueue, drain, get, inspect, onEachBroker, sendTo } from './support.ts'

const NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', 'then']

/** A table with this name as a key of its own. */
function tableWith(name: string, value: string): FieldTable {
  return Object.defineProperty(Object.create(null), name, { value, enumerable: true })
}

onEachBroker((target) => {
  it.each(NAMES)('%s', async (name) => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer, name, { arguments: tableWith(name, 'x') })
    const direct = await declareExchange(peer, `${name}.direct`, 'direct', { arguments: tableWith(name, 'x') })
    const headers = await declareExchange(peer, `${name}.headers`, 'headers')
    await bind(peer, queue, direct, name)
    await bind(peer, queue, headers, '', tableWith(name, 'x'))
    await peer.call(1, 'basic.consume', { queue, consumerTag: name, arguments: tableWith(name, 'x') })
    await peer.call(1, 'basic.cancel', { consumerTag: name })

    sendTo(peer, queue, 'by name')
    peer.publish(1, { exchange: direct, routingKey: name }, 'by key')
    peer.publish(1, { exchange: headers }, 'by header', { headers: tableWith(name, 'x') })
    peer.publish(1, { exchange: headers }, 'without it', { headers: { other: 'x' } })
    peer.publish(1, { exchange: headers }, 'without any')
    expect((await get(peer, queue))?.body.toString()).toBe('by name')
    expect(await drain(peer, queue)).toEqual(['by key', 'by header'])
    expect(await inspect(peer, queue)).toEqual({ messageCount: 0, consumerCount: 0 })
  })
})
