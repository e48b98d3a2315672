/** A process of its own: starts embedded brokers and prints how long each took. `node start-probe.mjs FURTHER_STARTS` */

const startedMs = performance.now()
const { createBroker } = await import('@warrenmq/broker')
const loadMs = performance.now() - startedMs
const { AmqpPeer } = await import('./amqp-peer.mjs')

const firstMs = await measureStart()
const furtherMs = []
for (let i = 0; i < Number(process.argv[2]); i++) furtherMs.push(await measureStart())
console.log(JSON.stringify({ loadMs, firstMs, furtherMs }))

/** Milliseconds from `createBroker` until a client has opened a connection. */
async function measureStart() {
  const beganMs = performance.now()
  const broker = await createBroker({ port: 0 })
  const peer = await AmqpPeer.connect(broker.port)
  const elapsedMs = performance.now() - beganMs
  await peer.close()
  await broker.close()
  return elapsedMs
}
