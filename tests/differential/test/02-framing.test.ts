/** Section 2 of the reference of behaviour: frames that break the rules. */

import { encodeContentHeader, encodeFrame, encodeMethod, encodeMethodFrame, FrameType } from '@warrenmq/codec'
import { differs, same, section } from '../src/scenarios.ts'
import { bytes } from '../src/steps.ts'

const octets = (...values: number[]) => Uint8Array.from(values)
const frame = (type: number, channel: number, ...payload: number[]) =>
  encodeFrame(type as FrameType, channel, octets(...payload))
const publish = encodeMethodFrame(1, 'basic.publish', { routingKey: 'nosuch' })
const header = (size: number) => encodeFrame(FrameType.header, 1, encodeContentHeader(size, {}))
const other = encodeMethodFrame(1, 'channel.flow', { active: true })

/** A content header with octets changed by their place. */
function changedHeader(changes: Readonly<Record<number, number>>): Uint8Array {
  const payload = encodeContentHeader(0, {})
  for (const [place, value] of Object.entries(changes)) payload[Number(place)] = value
  return encodeFrame(FrameType.header, 1, payload)
}

const badEnd = frame(FrameType.method, 1, 0, 20, 0, 20, 1)
badEnd[badEnd.length - 1] = 0
const withTable = encodeMethod('queue.declare', { queue: 'q', arguments: { k: 1 } })
withTable[withTable.lastIndexOf('I'.charCodeAt(0))] = '?'.charCodeAt(0)

section('frames', [
  same('a bad end', bytes(badEnd)),
  same('an unknown type', bytes(frame(4, 1, 120, 120))),
  same('an unknown type with much inside', bytes(frame(4, 1, ...Array.from({ length: 30 }, (_, index) => index)))),
  same('a heartbeat with something inside', bytes(frame(8, 0, 1))),
  same('a heartbeat on a channel', bytes(frame(8, 1))),
  same('a method frame that is too short', bytes(frame(1, 1, 0, 20, 0))),
  same('a header frame that is too short', bytes(frame(2, 1, 0, 60))),
  same('a header on channel 0', bytes(encodeFrame(FrameType.header, 0, encodeContentHeader(0, {})))),
  same('a body on channel 0', bytes(frame(3, 0, 1))),
  same('a header without a publish', bytes(header(0))),
  same('a body without a publish', bytes(frame(3, 1, 1))),
  same('a method instead of the header', bytes(publish, other)),
  same('a body instead of the header', bytes(publish, frame(3, 1, 1))),
  same('a header with a weight', bytes(publish, changedHeader({ 3: 1 }))),
  same('a header of another class', bytes(publish, changedHeader({ 1: 50 }))),
  same('a method amid the body', bytes(publish, header(5), frame(3, 1, 1), other)),
  same('a header amid the body', bytes(publish, header(5), header(5))),
  same('more body than announced', bytes(publish, header(1), frame(3, 1, 1, 2))),
  same('arguments too short', bytes(frame(1, 1, 0, 50, 0, 10, 0, 0))),
  same('arguments too long', bytes(frame(1, 1, 0, 20, 0, 20, 1, 2, 3))),
  same('a short string that is not UTF-8', bytes(frame(1, 1, 0, 50, 0, 10, 0, 0, 2, 0xc3, 0x28, 0, 0, 0, 0, 0))),
  differs('an unknown class', 'unknown-method', bytes(frame(1, 1, 0, 70, 0, 10))),
  differs('an unknown method', 'unknown-method', bytes(frame(1, 1, 0, 60, 0, 250))),
  differs('an unknown tag in a table', 'unknown-tag', bytes(encodeFrame(FrameType.method, 1, withTable))),
  differs(
    'properties cut short',
    'malformed-properties',
    bytes(publish, encodeFrame(FrameType.header, 1, encodeContentHeader(0, { contentType: 'text' }).slice(0, -2))),
  ),
])
