/** What a load test is told, checked. */

import { badArgument } from '../cli-error.ts'
import type { CommandOptions } from '../command-options.ts'

export interface PerfSettings {
  readonly producers: number
  readonly consumers: number
  /** `undefined` for one that goes with the test. */
  readonly queue: string | undefined
  /** Bytes of a body. */
  readonly size: number
  /** Most unconfirmed messages of a producer; `undefined` publishes without confirms. */
  readonly confirmWindow: number | undefined
  readonly autoAck: boolean
  readonly multiAckEvery: number
  readonly qos: number
  readonly persistent: boolean
  readonly mandatory: boolean
  readonly exchange: string
  readonly exchangeType: string
  /** `undefined` for the queue's name. */
  readonly routingKey: string | undefined
  readonly seconds: number | undefined
  /** Of each producer. */
  readonly producerMessages: number | undefined
  /** Of each consumer. */
  readonly consumerMessages: number | undefined
  /** Messages a second of each producer. */
  readonly rate: number | undefined
}

/** A body begins with a mark and the time: see `stamp.ts`. */
const SIZE_MIN = 12
const SIZE_MAX = 128 * 1024 * 1024
const CLIENTS_MAX = 1000
const COUNT_MAX = 1e12
const QOS_DEFAULT = 1000

/** @throws UsageError */
export function readPerfSettings(options: CommandOptions): PerfSettings {
  const flags = (options.text('flag') ?? '').split(',').filter((flag) => flag !== '')
  const unknown = flags.find((flag) => flag !== 'persistent' && flag !== 'mandatory')
  if (unknown !== undefined) throw badArgument(`--flag ${unknown}; it takes persistent, mandatory`)

  const whole = (name: string, min: number, max: number) => wholeNumber(options, name, min, max)
  const multiAckEvery = whole('multi-ack-every', 1, 65535) ?? 1
  const qos = whole('qos', 1, 65535) ?? Math.max(QOS_DEFAULT, multiAckEvery)
  if (qos < multiAckEvery) throw badArgument(`--qos ${qos} is less than --multi-ack-every ${multiAckEvery}`)
  const settings = {
    producers: whole('producers', 0, CLIENTS_MAX) ?? 1,
    consumers: whole('consumers', 0, CLIENTS_MAX) ?? 1,
    queue: options.text('queue'),
    size: Math.max(SIZE_MIN, whole('size', 0, SIZE_MAX) ?? SIZE_MIN),
    confirmWindow: whole('confirm', 1, 1_000_000),
    autoAck: options.flag('autoack'),
    multiAckEvery,
    qos,
    persistent: flags.includes('persistent'),
    mandatory: flags.includes('mandatory'),
    exchange: options.text('exchange') ?? '',
    exchangeType: options.text('type') ?? 'direct',
    routingKey: options.text('routingKey'),
    seconds: whole('time', 1, 1_000_000),
    producerMessages: whole('pmessages', 1, COUNT_MAX),
    consumerMessages: whole('cmessages', 1, COUNT_MAX),
    rate: whole('rate', 1, 10_000_000),
  }
  if (settings.producers + settings.consumers === 0) throw badArgument('--producers 0 and --consumers 0 do nothing')
  if (settings.consumers === 0 && settings.queue === undefined && settings.exchange === '') {
    throw badArgument('without consumers, --queue or --exchange says where messages go')
  }
  return settings
}

function wholeNumber(options: CommandOptions, name: string, min: number, max: number): number | undefined {
  const text = options.text(name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()))
  if (text === undefined) return undefined
  const value = Number(text)
  if (/^\d{1,15}$/.test(text) && value >= min && value <= max) return value
  throw badArgument(`--${name} ${text}; it takes a whole number from ${min} to ${max}`)
}
