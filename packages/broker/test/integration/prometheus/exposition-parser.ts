/** Reads the text format of Prometheus 0.0.4, and refuses what a scraper would refuse. */

export interface Series {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface Family {
  readonly name: string
  readonly type: string
  readonly series: readonly Series[]
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*'
const TYPE_LINE = new RegExp(`^# TYPE (${NAME}) (counter|gauge|histogram|summary|untyped)$`)
const SAMPLE_LINE = new RegExp(`^(${NAME})(\\{.*\\})? (NaN|[+-]?Inf|[+-]?[0-9.]+(?:e[+-]?[0-9]+)?)$`)
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(,|$)/

/** @throws Error for a line that is not in the format, a family that stands twice, and a series that does. */
export function parseExposition(text: string): Map<string, Family> {
  const families = new Map<string, { name: string; type: string; series: Series[] }>()
  const seen = new Set<string>()
  let family: { name: string; type: string; series: Series[] } | undefined
  if (!text.endsWith('\n')) throw new Error('the last line has no end')
  for (const line of text.slice(0, -1).split('\n')) {
    if (line === '' || line.startsWith('# HELP ')) continue
    const [, name, type] = TYPE_LINE.exec(line) ?? []
    if (name !== undefined) {
      if (families.has(name)) throw new Error(`${name} stands twice`)
      family = { name, type, series: [] }
      families.set(name, family)
      continue
    }
    const series = parseSample(line)
    if (family === undefined || !belongsTo(series.name, family))
      throw new Error(`${line} stands in no family of its own`)
    const identity = `${series.name} ${JSON.stringify(Object.entries(series.labels).sort())}`
    if (seen.has(identity)) throw new Error(`${identity} stands twice`)
    seen.add(identity)
    family.series.push(series)
  }
  return families
}

function parseSample(line: string): Series {
  const [, name, labels = '', value] = SAMPLE_LINE.exec(line) ?? []
  if (name === undefined) throw new Error(`no sample: ${line}`)
  return { name, labels: parseLabels(labels.slice(1, -1)), value: Number(value.replace('Inf', 'Infinity')) }
}

function parseLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {}
  for (let rest = text; rest !== ''; ) {
    const [all, name, value] = LABEL.exec(rest) ?? []
    if (all === undefined) throw new Error(`no labels: ${text}`)
    if (Object.hasOwn(labels, name)) throw new Error(`label ${name} stands twice: ${text}`)
    labels[name] = value.replace(/\\(.)/g, (_all, escaped) => (escaped === 'n' ? '\n' : escaped))
    rest = rest.slice(all.length)
  }
  return labels
}

/** Histograms and summaries have series with longer names. */
function belongsTo(name: string, family: { readonly name: string; readonly type: string }): boolean {
  if (name === family.name) return true
  const isLonger = family.type === 'histogram' || family.type === 'summary'
  return isLonger && ['_bucket', '_sum', '_count'].some((ending) => name === family.name + ending)
}
