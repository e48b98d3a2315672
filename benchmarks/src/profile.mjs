/** Reads what V8's CPU profiler wrote and sums it up by function. */

/**
 * @typedef {object} CpuProfile
 * @property {{ id: number, callFrame: { functionName: string, url: string, lineNumber: number } }[]} nodes
 * @property {number[]} samples Ids of nodes.
 * @property {number[]} timeDeltas Microseconds before each sample.
 */

/**
 * @typedef {object} FunctionTime
 * @property {string} name
 * @property {string} place File and line; empty for what V8 does itself.
 * @property {number} selfMs
 * @property {number} share Of the time in which the process was not idle, 0 to 1.
 */

/**
 * The functions in which the most time was spent, without what they called, most expensive first.
 *
 * @param {CpuProfile} profile
 * @param {number} count
 * @returns {FunctionTime[]}
 */
export function topSelfTimes(profile, count) {
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]))
  /** @type {Map<string, FunctionTime>} */
  const functions = new Map()
  let totalMs = 0
  profile.samples.forEach((id, i) => {
    const frame = frames.get(id)
    if (!frame || frame.functionName === '(idle)') return
    const ms = profile.timeDeltas[i] / 1000
    totalMs += ms
    const place = frame.url ? `${shortUrl(frame.url)}:${frame.lineNumber + 1}` : ''
    const key = `${frame.functionName} ${place}`
    const entry = functions.get(key) ?? { name: frame.functionName || '(anonymous)', place, selfMs: 0, share: 0 }
    entry.selfMs += ms
    functions.set(key, entry)
  })
  return [...functions.values()]
    .map((entry) => ({ ...entry, share: entry.selfMs / totalMs }))
    .sort((a, b) => b.selfMs - a.selfMs)
    .slice(0, count)
}

/**
 * As lines of text.
 *
 * @param {readonly FunctionTime[]} functions
 */
export function formatSelfTimes(functions) {
  const lines = functions.map(({ name, place, selfMs, share }) => {
    const percent = (share * 100).toFixed(1).padStart(5)
    return `${percent} % ${selfMs.toFixed(0).padStart(7)} ms  ${name} ${place}`.trimEnd()
  })
  return `${lines.join('\n')}\n`
}

/** @param {string} url */
function shortUrl(url) {
  return url.replace(/^.*\/(?:packages|node_modules)\//, '')
}
