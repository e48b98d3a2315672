/**
 * The `x-consistent-hash` exchange: every message goes to one destination, which its hash chooses among those bound, in proportion to
 * the weights that their binding keys are.
 *
 * Weighted rendezvous hashing: each destination draws a number from the hash of the message and its own, and the best one wins. Each is
 * chosen exactly as often as its weight says, and a change of one binding moves only messages from or to its destination. A weight is
 * a factor and no count of buckets, so a large one costs nothing; a match takes a step per destination.
 */

import type { TypedTable } from '@warrenmq/codec'
import type { Binding, RouteTarget, RoutingMessage } from './binding.ts'
import type { BindingEntry } from './binding-table.ts'
import { formatErlangTerm } from './erlang-term.ts'
import { RoutingError } from './errors.ts'
import { hashText, mixBits } from './hash.ts'
import { assertHashArguments, createHashSource, type HashSource, hashesRoutingKey } from './hash-source.ts'
import { IndexedMatcher } from './indexed-matcher.ts'
import { SlotList, type Slotted } from './slot-list.ts'

/** Largest weight. */
const WEIGHT_MAX = 1_000_000

export class ConsistentHashMatcher<D extends RouteTarget> extends IndexedMatcher<D> {
  readonly type: string = 'x-consistent-hash'
  readonly byKeyAlone: boolean
  readonly usesExtraKeys: boolean = false
  readonly #source: HashSource
  readonly #candidates = new SlotList<Candidate<D>>()
  readonly #byDestination = new Map<D, Candidate<D>>()

  /** @throws RoutingError `INVALID_ARGUMENT`. */
  constructor(args: TypedTable) {
    super()
    assertHashArguments(args)
    this.byKeyAlone = hashesRoutingKey(args)
    this.#source = createHashSource(args)
  }

  override validate(binding: Binding<D>): void {
    assertWeight(binding.routingKey)
  }

  match(message: RoutingMessage, visit: (destination: D) => void): void {
    const candidates = this.#candidates.items
    if (candidates.length === 0) return
    const hash = hashText(this.#source(message))
    let best = candidates[0]
    let bestScore = Number.NEGATIVE_INFINITY
    for (let i = 0; i < candidates.length; i++) {
      const { seed, weight } = candidates[i]
      // A number between 0 and 1, neither of them; its logarithm is below 0.
      const score = Math.log((mixBits(hash ^ seed) + 0.5) / 2 ** 32) / weight
      if (score > bestScore) {
        best = candidates[i]
        bestScore = score
      }
    }
    visit(best.destination)
  }

  /** Further bindings to a destination do not count, as in RabbitMQ, until the ones before them are gone. */
  protected addToIndex(entry: BindingEntry<D>): void {
    const known = this.#byDestination.get(entry.destination)
    if (known !== undefined) {
      known.weights.push(weightOf(entry))
      return
    }
    const { destination } = entry
    const weight = weightOf(entry)
    const seed = hashText(`${destination.kind}:${destination.name}`)
    const candidate = { destination, seed, weight, weights: [weight], slot: 0 }
    this.#byDestination.set(destination, candidate)
    this.#candidates.add(candidate)
  }

  protected removeFromIndex(entry: BindingEntry<D>): void {
    const candidate = this.#byDestination.get(entry.destination) as Candidate<D>
    candidate.weights.splice(candidate.weights.indexOf(weightOf(entry)), 1)
    if (candidate.weights.length > 0) {
      candidate.weight = candidate.weights[0]
      return
    }
    this.#byDestination.delete(entry.destination)
    this.#candidates.remove(candidate)
  }
}

interface Candidate<D> extends Slotted {
  readonly destination: D
  /** Hash of what it is. */
  readonly seed: number
  weight: number
  /** Weights of all its bindings, oldest first. */
  readonly weights: number[]
}

function weightOf(binding: Binding<unknown>): number {
  return Number(binding.routingKey)
}

function assertWeight(key: string): void {
  if (!/^[+-]?\d+$/.test(key)) {
    const term = formatErlangTerm({ tag: 'S', value: key })
    throw new RoutingError('INVALID_BINDING', `The binding key must be an integer: ${term}`)
  }
  if (Number(key) < 1) throw new RoutingError('INVALID_BINDING', 'The binding key must be greater than 0')
  if (Number(key) > WEIGHT_MAX) {
    throw new RoutingError('INVALID_BINDING', `The binding key must not be greater than ${WEIGHT_MAX}`)
  }
}
