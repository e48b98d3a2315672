/** Metrics of the process and of Node.js: CPU, heap, event loop, garbage collection. One set for all brokers of a process. */

import { collectDefaultMetrics, Registry } from 'prom-client'

let registry: Registry | undefined

/** In the text format. */
export async function readProcessMetrics(): Promise<string> {
  if (registry === undefined) {
    registry = new Registry()
    collectDefaultMetrics({ register: registry })
  }
  const text = await registry.metrics()
  // The format writes it NaN.
  return text.replace(/ Nan$/gm, ' NaN')
}
