/** How much a broker writes when a message goes to many durable queues. */
import { folderBytes, writtenBytes } from '../disk.mjs'

const MESSAGES = 20_000
const BODY_BYTES = 1024

/** @type {import('../measure.mjs').SingleMeasurement} */
export async function measureFanOut({ broker, load }, { args }) {
  const before = writtenBytes(broker.pid)
  const report = await load.run([...args, '-q', 'bench-fan-out', '-K', '-C', `${MESSAGES}`], 0, 0)
  const published = MESSAGES * BODY_BYTES
  return [
    { what: 'bytes written for each published', value: (writtenBytes(broker.pid) - before) / published, digits: 2 },
    { what: 'bytes on disk for each published', value: folderBytes(broker.dataFolder) / published, digits: 2 },
    { what: 'published per second', value: MESSAGES / report.seconds },
    { what: 'µs of CPU for each published', value: report.brokerUsPerMsg, digits: 1 },
  ]
}
