/** Declares the exchanges, queues and bindings of a scenario, and deletes them. */

/**
 * @typedef {import('./amqp-peer.mjs').AmqpPeer} AmqpPeer
 * @typedef {import('./scenarios.mjs').Topology} Topology
 */

/**
 * @param {AmqpPeer} peer
 * @param {Topology} topology
 */
export async function declareTopology(peer, { queues, exchange, bindings = [] }) {
  for (const { queue, args } of queues) {
    await peer.call(1, 'queue.declare', { queue, arguments: args ?? {} }, 'queue.declare-ok')
  }
  if (!exchange) return
  await peer.call(1, 'exchange.declare', exchange, 'exchange.declare-ok')
  for (const { queue, key, args } of bindings) {
    const binding = { queue, exchange: exchange.exchange, routingKey: key, arguments: args ?? {}, noWait: true }
    peer.send(1, 'queue.bind', binding)
  }
  // Its answer comes when all bindings are there.
  await peer.call(1, 'exchange.declare', { ...exchange, passive: true }, 'exchange.declare-ok')
}

/**
 * @param {AmqpPeer} peer
 * @param {Topology} topology
 */
export async function deleteTopology(peer, { queues, exchange }) {
  if (exchange) await peer.call(1, 'exchange.delete', { exchange: exchange.exchange }, 'exchange.delete-ok')
  for (const { queue } of queues) await peer.call(1, 'queue.delete', { queue }, 'queue.delete-ok')
}
