/** A long backlog: how fast it comes and goes, and what it takes of memory and disk. */
import { setTimeout as delay } from 'node:timers/promises'
import { cpuSeconds, folderBytes, residentMiB } from '../disk.mjs'
import { fillQueue } from './fill.mjs'

const QUEUE = 'bench-backlog'
/** RabbitMQ gets no more, because it takes minutes, and gigabytes of memory. */
const RABBITMQ_MAX = 1_000_000
const DRAIN_LIMIT_MS = 300_000

/** @type {import('../measure.mjs').SingleMeasurement} */
export async function measureBacklog(parts, { args }, { backlog }) {
  const { broker, load } = parts
  const messages = broker.name === 'rabbitmq' ? Math.min(backlog, RABBITMQ_MAX) : backlog
  const emptyBytes = folderBytes(broker.dataFolder)
  const fill = await fillQueue(parts, QUEUE, args, messages)
  const full = residentMiB(broker.pid)
  const bytes = folderBytes(broker.dataFolder) - emptyBytes

  const cpuBefore = cpuSeconds(broker.pid)
  const startMs = performance.now()
  const consumer = load.start(['-q', QUEUE, '-K', '-N', '-x', '0', '-s', '16', '-z', `${DRAIN_LIMIT_MS / 1000}`])
  try {
    await broker.ask(async (peer) => {
      while ((await peer.readyCount(QUEUE)) > 0) {
        if (performance.now() - startMs > DRAIN_LIMIT_MS) throw new Error('the backlog was not drained in time')
        await delay(10)
      }
    })
    const seconds = (performance.now() - startMs) / 1000
    const cpu = cpuSeconds(broker.pid) - cpuBefore
    return [
      { what: 'messages', value: messages },
      { what: 'published per second', value: fill.rate },
      { what: 'µs of CPU for each published', value: fill.cpuUs, digits: 2 },
      { what: 'MiB of memory with all of them', value: full.now, goal: memoryGoal(backlog) },
      { what: 'bytes on disk for each', value: bytes / messages, digits: 1 },
      { what: 'delivered per second', value: messages / seconds, goal: '≥ 1.00 M' },
      { what: 'µs of CPU for each delivered', value: (cpu / messages) * 1e6, digits: 2 },
      { what: 'most MiB of memory at any time', value: residentMiB(broker.pid).peak, goal: memoryGoal(backlog) },
    ]
  } finally {
    await consumer.stop()
  }
}

/** @param {number} messages */
function memoryGoal(messages) {
  if (messages <= 5_000_000) return '≤ 300'
  return messages <= 50_000_000 ? '≤ 700' : undefined
}
