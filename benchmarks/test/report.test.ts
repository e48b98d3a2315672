import { describe, expect, it } from 'vitest'
import type { Run } from '../src/measure.mjs'
import { formatRun, formatStartTimes, formatTables } from '../src/report.mjs'

describe('formatTables', () => {
  it('sets the medians of both brokers side by side', () => {
    const warren = [run(4e6, 0.25), run(2e6, 0.5), run(3e6, 0.3)]
    const text = formatTables([{ id: 'F', runs: { warren, rabbitmq: [run(150_000, 12)] } }])
    expect(text).toContain(
      '| F | delivery | 3.00 M (2.00 M–4.00 M) | 150.0 k (150.0 k–150.0 k) | 20.0 × | 1.5 (1.5–1.5) |\n',
    )
    expect(text).toContain(
      '| F | delivery | 0.30 (0.25–0.50) | ≤ 0.6 | 12.0 (12.0–12.0) | 40.0 × | 64 (64–64) | 64 (64–64) |\n',
    )
  })

  it('leaves the cells of a broker empty that was not measured', () => {
    const text = formatTables([{ id: 'P', runs: { warren: [run(1e6, 0.2)] } }])
    expect(text).toContain('| P | message | 1.00 M (1.00 M–1.00 M) | – | – | 1.5 (1.5–1.5) |\n')
    expect(text).toContain('| P | message | 0.20 (0.20–0.20) | – | – | – | 64 (64–64) | – |\n')
  })
})

describe('formatStartTimes', () => {
  it('has a row for each kind of start', () => {
    const summary = { median: 12.34, min: 10, max: 20 }
    expect(
      formatStartTimes({ load: summary, first: summary, further: summary }).match(/12\.3 \(10\.0–20\.0\)/g),
    ).toHaveLength(3)
  })
})

describe('formatRun', () => {
  it('fits on a line', () => {
    expect(formatRun(run(129_100, 13.84))).toBe('129.1 k/s, 13.8 µs, 64 MiB, load average 1.5')
  })
})

function run(rate: number, cpuUs: number): Run {
  return { rate, cpuUs, rssMiB: 64, loadAverage: 1.5, seconds: 3 }
}
