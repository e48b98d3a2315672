import { expect, it } from 'vitest'
import { declareQueue, onEachBroker, sendTo } from './support.ts'

const TRACE = {
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  tracestate: 'congo=t61rcWkgMzE,rojo=00f067aa0ba902b7',
  baggage: 'userId=alice,serverNode=DF%2028',
}

onEachBroker((target) => {
  it('hands the context of a trace on as it came', async () => {
    await using peer = await target.openChannel()
    const queue = await declareQueue(peer)
    await peer.call(1, 'basic.consume', { queue, noAck: true })
    sendTo(peer, queue, 'x', { headers: TRACE, correlationId: 'c' })
    const { properties } = await peer.expectContent(1, 'basic.deliver')
    const { headers = {} } = properties
    const values = Object.entries(headers).map(([name, header]) => [name, header?.value])
    expect(Object.fromEntries(values)).toEqual(TRACE)
    expect(properties.correlationId).toBe('c')
  })
})
