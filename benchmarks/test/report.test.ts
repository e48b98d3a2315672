import { describe, expect, it } from 'vitest'
import type { Run } from '../src/measure.mjs'
import { formatFigures, formatRun, formatStartTimes, formatTables } from '../src/report.mjs'

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

describe('formatTables with latencies and single figures', () => {
  it('has a row for each broker of a scenario with latencies', () => {
    const latency = { p50: 80, p99: 900, confirmP50: 150, confirmP99: 1000, syncP50: 100, syncP99: 400 }
    const slow = { ...latency, p50: 2000 }
    const runs = { warren: [{ ...run(2000, 60), latency }], rabbitmq: [{ ...run(2000, 200), latency: slow }] }
    const text = formatTables([{ id: 'E', runs }])
    expect(text).toContain('| E | WarrenMQ | 80 (80–80) | 900 (900–900) |')
    expect(text).toContain('| E | RabbitMQ | 2000 (2000–2000) | 900 (900–900) |')
  })

  it('sets figures that were measured once side by side', () => {
    const warren = [{ what: 's to start', value: 1.234, digits: 2, goal: '≤ 3' }]
    const rabbitmq = [{ what: 's to start', value: 12, digits: 2 }]
    expect(formatTables([{ id: 'restart', runs: {}, figures: { warren, rabbitmq } }])).toContain(
      '| restart | s to start | 1.23 | ≤ 3 | 12.00 |\n',
    )
    expect(formatTables([{ id: 'restart', runs: {}, figures: { rabbitmq } }])).toContain(
      '| restart | s to start | – | – | 12.00 |\n',
    )
  })
})

describe('formatFigures', () => {
  it('shortens large numbers', () => {
    expect(
      formatFigures([
        { what: 'a second', value: 1_250_000 },
        { what: 'MiB', value: 99.6 },
      ]),
    ).toBe('1.25 M a second, 100 MiB')
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
