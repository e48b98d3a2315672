/**
 * Metrics of objects: of each object a sample with labels, or of all together one without.
 *
 * There may be very many objects, so that all of this is done step by step (`scheduler/slices.ts`).
 */

import type { Exposition, Labels, MetricType } from './exposition.ts'
import type { PrometheusParts } from './prometheus-parts.ts'

/** One metric of an object. */
export interface Metric<Item> {
  /** Without `rabbitmq_`. */
  readonly name: string
  readonly type: MetricType
  value(item: Item): number
}

/** Metrics that the same objects have. */
export interface MetricGroup<Item> {
  /** Under which `/metrics/detailed` knows it. */
  readonly family: string
  readonly metrics: readonly Metric<Item>[]
  /** The objects; of these vhosts only, where they belong to one. */
  items(parts: PrometheusParts, vhosts: ReadonlySet<string> | undefined): Iterable<Item>
  labels(item: Item): Labels
}

/** A group whose objects nobody needs to know the type of. */
export type AnyMetricGroup = MetricGroup<unknown>

/** Checks a group, and forgets what its objects are. */
export function metricGroup<Item>(group: MetricGroup<Item>): AnyMetricGroup {
  return group as unknown as AnyMetricGroup
}

export function gauge<Item>(name: string, value: (item: Item) => number): Metric<Item> {
  return { name, type: 'gauge', value }
}

export function counter<Item>(name: string, value: (item: Item) => number): Metric<Item> {
  return { name: `${name}_total`, type: 'counter', value }
}

/** A sample for each object. */
export function* writeEach(
  group: AnyMetricGroup,
  parts: PrometheusParts,
  into: Exposition,
  vhosts?: ReadonlySet<string>,
): Generator<void> {
  for (const { name, type, value } of group.metrics) {
    let begun = false
    for (const item of group.items(parts, vhosts)) {
      if (!begun) into.family(name, type)
      begun = true
      into.sample(name, group.labels(item), value(item))
      yield
    }
  }
}

/** The sums over all objects. */
export function* writeSums(group: AnyMetricGroup, parts: PrometheusParts, into: Exposition): Generator<void> {
  const sums = new Float64Array(group.metrics.length)
  for (const item of group.items(parts, undefined)) {
    group.metrics.forEach(({ value }, i) => {
      const each = value(item)
      if (!Number.isNaN(each)) sums[i] += each
    })
    yield
  }
  group.metrics.forEach(({ name, type }, i) => {
    into.family(name, type)
    into.sample(name, undefined, sums[i])
  })
}
