/** Reports of a load test in PerfTest's words. */

import type { Percentiles, PerfReport } from './counters.ts'
import type { PerfSettings } from './settings.ts'

/** One line: what happened during a second. */
export function describeRecent(report: PerfReport, settings: PerfSettings): string {
  const { producers, consumers, confirmWindow } = settings
  const parts = [`time: ${report.seconds.toFixed(3)}s`]
  if (producers > 0) parts.push(`sent: ${report.sendRate} msg/s`)
  if (report.returned > 0) parts.push(`returned: ${report.returned} msg`)
  if (producers > 0 && confirmWindow !== undefined) parts.push(`confirmed: ${report.confirmRate} msg/s`)
  if (report.refused > 0) parts.push(`nacked: ${report.refused} msg`)
  if (consumers > 0) parts.push(`received: ${report.receiveRate} msg/s`)
  parts.push(...latencies(report))
  return parts.join(', ')
}

/** The lines of the end. */
export function describeSummary(report: PerfReport, settings: PerfSettings): string[] {
  const { producers, consumers, confirmWindow } = settings
  const lines: string[] = []
  if (producers > 0) lines.push(`sending rate avg: ${report.sendRate} msg/s, ${report.sent} messages`)
  if (producers > 0 && confirmWindow !== undefined) {
    lines.push(`confirmed rate avg: ${report.confirmRate} msg/s, ${report.confirmed} messages`)
  }
  if (report.refused > 0) lines.push(`nacked: ${report.refused} messages`)
  if (report.returned > 0) lines.push(`returned: ${report.returned} messages`)
  if (consumers > 0) lines.push(`receiving rate avg: ${report.receiveRate} msg/s, ${report.received} messages`)
  return [...lines, ...latencies(report)]
}

function latencies({ latency, confirmLatency }: PerfReport): string[] {
  const line = (what: string, { min, median, p75, p95, p99 }: Percentiles) =>
    `min/median/75th/95th/99th ${what} latency: ${min}/${median}/${p75}/${p95}/${p99} µs`
  return [
    ...(latency === undefined ? [] : [line('consumer', latency)]),
    ...(confirmLatency === undefined ? [] : [line('confirm', confirmLatency)]),
  ]
}
