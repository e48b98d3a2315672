import { describe, expect, it } from 'vitest'
import { formatSelfTimes, topSelfTimes } from '../src/profile.mjs'

/** Two call paths to `parse`, one to `write`, and an idle process for most of the time. */
const profile = {
  nodes: [
    node(1, '(idle)', '', -1),
    node(2, 'parse', 'file:///srv/packages/codec/dist/frame-parser.js', 41),
    node(3, 'parse', 'file:///srv/packages/codec/dist/frame-parser.js', 41),
    node(4, '', 'file:///srv/packages/broker/dist/net/output.js', 9),
    node(5, '(garbage collector)', '', -1),
  ],
  samples: [1, 2, 3, 4, 5, 2],
  timeDeltas: [90_000, 2000, 3000, 3000, 1000, 1000],
}

describe('topSelfTimes', () => {
  it('adds up a function over all its callers and leaves out idle time', () => {
    expect(topSelfTimes(profile, 2)).toEqual([
      { name: 'parse', place: 'codec/dist/frame-parser.js:42', selfMs: 6, share: 0.6 },
      { name: '(anonymous)', place: 'broker/dist/net/output.js:10', selfMs: 3, share: 0.3 },
    ])
  })
})

describe('formatSelfTimes', () => {
  it('gives share, time, name and place', () => {
    expect(formatSelfTimes(topSelfTimes(profile, 3))).toBe(
      [
        ' 60.0 %       6 ms  parse codec/dist/frame-parser.js:42',
        ' 30.0 %       3 ms  (anonymous) broker/dist/net/output.js:10',
        ' 10.0 %       1 ms  (garbage collector)',
        '',
      ].join('\n'),
    )
  })
})

function node(id: number, functionName: string, url: string, lineNumber: number) {
  return { id, callFrame: { functionName, url, lineNumber } }
}
