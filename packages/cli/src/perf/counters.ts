/** What a load test counts: since its last report, and altogether. */

import { Histogram } from './histogram.ts'

/** Durations are in microseconds. */
class Counts {
  sent = 0
  confirmed = 0
  /** Refused by the broker: `basic.nack`. */
  refused = 0
  /** Mandatory messages that reached no queue. */
  returned = 0
  received = 0
  /** From publishing to delivery. */
  readonly latency: Histogram = new Histogram()
  /** From publishing to the confirm. */
  readonly confirmLatency: Histogram = new Histogram()
}

export class PerfCounters {
  readonly total: Counts = new Counts()
  #startedMs = performance.now()
  #recent = new Counts()
  #recentMs = this.#startedMs

  /** Rates count from now on. */
  restart(): void {
    this.#startedMs = performance.now()
    this.#recentMs = this.#startedMs
  }

  count(what: 'sent' | 'confirmed' | 'refused' | 'returned' | 'received'): void {
    this.total[what]++
    this.#recent[what]++
  }

  measure(what: 'latency' | 'confirmLatency', microseconds: number): void {
    this.total[what].record(microseconds)
    this.#recent[what].record(microseconds)
  }

  /** What happened since the last call. */
  takeRecent(): PerfReport {
    const nowMs = performance.now()
    const report = reportOf(this.#recent, (nowMs - this.#startedMs) / 1000, (nowMs - this.#recentMs) / 1000)
    this.#recent = new Counts()
    this.#recentMs = nowMs
    return report
  }

  /** What happened until now. */
  summary(): PerfReport {
    const seconds = (performance.now() - this.#startedMs) / 1000
    return reportOf(this.total, seconds, seconds)
  }
}

/** Messages, messages a second, and latencies in microseconds. */
export interface PerfReport {
  /** Since the test began. */
  readonly seconds: number
  readonly sent: number
  readonly confirmed: number
  readonly refused: number
  readonly returned: number
  readonly received: number
  readonly sendRate: number
  readonly confirmRate: number
  readonly receiveRate: number
  readonly latency: Percentiles | undefined
  readonly confirmLatency: Percentiles | undefined
}

export interface Percentiles {
  readonly min: number
  readonly median: number
  readonly p75: number
  readonly p95: number
  readonly p99: number
}

function reportOf(counts: Counts, seconds: number, spanSeconds: number): PerfReport {
  const { sent, confirmed, refused, returned, received } = counts
  const rate = (count: number) => Math.round(count / Math.max(spanSeconds, 0.001))
  return {
    seconds: Math.round(seconds * 1000) / 1000,
    sent,
    confirmed,
    refused,
    returned,
    received,
    sendRate: rate(sent),
    confirmRate: rate(confirmed),
    receiveRate: rate(received),
    latency: percentilesOf(counts.latency),
    confirmLatency: percentilesOf(counts.confirmLatency),
  }
}

function percentilesOf(histogram: Histogram): Percentiles | undefined {
  if (histogram.count === 0) return undefined
  const at = (share: number) => histogram.percentile(share)
  return { min: at(0), median: at(0.5), p75: at(0.75), p95: at(0.95), p99: at(0.99) }
}
