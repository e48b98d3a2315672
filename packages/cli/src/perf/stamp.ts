/** The time in a message's body: a mark of four bytes, then milliseconds since 1970 as a double. Other tests' messages have no mark. */

const MARK = 0x57_50_52_46

/** A body of so many bytes, at least 12, that tells when it was made. */
export function stampedBody(size: number): Uint8Array {
  const body = new Uint8Array(size)
  const view = new DataView(body.buffer)
  view.setUint32(0, MARK)
  view.setFloat64(4, nowMs())
  return body
}

/** Microseconds since a body was made; `undefined` for a body without a mark. */
export function ageOf(body: Uint8Array): number | undefined {
  if (body.length < 12) return undefined
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
  return view.getUint32(0) === MARK ? (nowMs() - view.getFloat64(4)) * 1000 : undefined
}

/** Finer than `Date.now`, and the same for all processes of a machine but for what its clock was set meanwhile. */
function nowMs(): number {
  return performance.timeOrigin + performance.now()
}
