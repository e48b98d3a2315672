/**
 * What a copy of a few bytes costs, by the ways JavaScript has for it: the figures of docs/decisions/0001-working-memory.md.
 *
 *     node benchmarks/src/copies.mjs
 */

const source = new Uint8Array(64 * 1024)
const target = new Uint8Array(256 * 1024)
const sourceView = new DataView(source.buffer)
const targetView = new DataView(target.buffer)
const sourceBuffer = Buffer.from(source.buffer)
const targetBuffer = Buffer.from(target.buffer)

const WAYS = {
  loop(from, to, length) {
    for (let i = 0; i < length; i++) target[to + i] = source[from + i]
  },
  'set(view)'(from, to, length) {
    target.set(new Uint8Array(source.buffer, from, length), to)
  },
  'Buffer.copy'(from, to, length) {
    sourceBuffer.copy(targetBuffer, to, from, from + length)
  },
  'DataView 32'(from, to, length) {
    let i = 0
    for (; i + 4 <= length; i += 4) targetView.setInt32(to + i, sourceView.getInt32(from + i))
    for (; i < length; i++) targetView.setUint8(to + i, sourceView.getUint8(from + i))
  },
  copyWithin(from, to, length) {
    target.copyWithin(to, 200_000 + (from & 1023), 200_000 + (from & 1023) + length)
  },
}

const WARM_UP_ROUNDS = 20_000
const ROUNDS = 300_000

for (const length of [16, 96, 256, 1050]) {
  const figures = Object.entries(WAYS).map(([name, copy]) => `${name} ${measure(copy, length).toFixed(0)}`)
  console.log(`${String(length).padStart(5)} bytes, ns: ${figures.join(', ')}`)
}

function measure(copy, length) {
  run(copy, length, WARM_UP_ROUNDS)
  run(copy, length, WARM_UP_ROUNDS)
  const start = process.hrtime.bigint()
  run(copy, length, ROUNDS)
  return Number(process.hrtime.bigint() - start) / ROUNDS
}

function run(copy, length, rounds) {
  for (let i = 0, offset = 0; i < rounds; i++, offset += length + 5) copy(offset & 32767, (offset + 3) & 131071, length)
}
