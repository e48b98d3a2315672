/** How long a broker is away that is killed with very many persistent messages. */
import { folderBytes, residentMiB } from '../disk.mjs'
import { fillQueue, waitForCount } from './fill.mjs'

const QUEUE = 'bench-restart'
const MESSAGES = 1_000_000
const COUNT_LIMIT_MS = 120_000

/** @type {import('../measure.mjs').SingleMeasurement} */
export async function measureRestart(parts, { args }) {
  const { broker } = parts
  const fill = await fillQueue(parts, QUEUE, args, MESSAGES)
  const bytes = folderBytes(broker.dataFolder)
  const connectedMs = await broker.restart()
  const startMs = performance.now()
  await waitForCount(broker, QUEUE, MESSAGES, COUNT_LIMIT_MS)
  const countedMs = connectedMs + performance.now() - startMs
  return [
    { what: 'published per second', value: fill.rate },
    { what: 'bytes on disk for each', value: bytes / MESSAGES, digits: 0 },
    { what: 's from start to client, after kill -9', value: connectedMs / 1000, digits: 2 },
    { what: 's from start to the count of messages', value: countedMs / 1000, digits: 2, goal: '≤ 3' },
    { what: 'MiB of memory then', value: residentMiB(broker.pid).now },
  ]
}
