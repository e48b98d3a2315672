/**
 * The `headers` exchange: a binding's arguments are compared with the message's headers; the routing key plays no part.
 *
 * Hot path (`bench/match.bench.ts`). The bindings are looked up by header instead of being tried one after the other: an `any` binding
 * is found under each of its requirements, an `all` binding under one of them, and is then checked whole.
 */

import type { Binding, RouteTarget, RoutingMessage } from './binding.ts'
import type { BindingEntry } from './binding-table.ts'
import type { HeaderKey } from './field-value.ts'
import { HeaderReader } from './header-reader.ts'
import { assertHeaderRule, type HeaderRequirement, type HeaderRule, parseHeaderRule } from './header-rule.ts'
import { IndexedMatcher } from './indexed-matcher.ts'
import { SlotList, type Slotted } from './slot-list.ts'

export class HeadersMatcher<D extends RouteTarget> extends IndexedMatcher<D> {
  readonly type: string = 'headers'
  readonly byKeyAlone: boolean = false
  readonly usesExtraKeys: boolean = false
  readonly #byName = new Map<string, NameIndex<D>>()
  /** Bindings that ask for nothing and match every message. */
  readonly #unconditional = new SlotList<Posting<D>>()
  readonly #postings = new Map<BindingEntry<D>, Posting<D>[]>()

  override validate(binding: Binding<D>): void {
    assertHeaderRule(binding.arguments)
  }

  match(message: RoutingMessage, visit: (destination: D) => void): void {
    const always = this.#unconditional.items
    for (let i = 0; i < always.length; i++) visit(always[i].destination)
    const table = message.content?.headers
    if (table === undefined) return
    const headers = new HeaderReader(table)
    for (const name in table) {
      const index = this.#byName.get(name)
      if (index === undefined) continue
      visitMatching(index.present, headers, visit)
      if (index.byValue.size > 0) visitMatching(index.byValue.get(headers.key(name) as HeaderKey), headers, visit)
    }
  }

  protected addToIndex(entry: BindingEntry<D>): void {
    const rule = parseHeaderRule(entry.arguments)
    const postings: Posting<D>[] = []
    for (const requirement of rule.any ? rule.requirements : [this.#mostSelective(rule)]) {
      const posting: Posting<D> = { destination: entry.destination, rule, requirement, slot: 0 }
      this.#list(requirement).add(posting)
      postings.push(posting)
    }
    this.#postings.set(entry, postings)
  }

  protected removeFromIndex(entry: BindingEntry<D>): void {
    for (const posting of this.#postings.get(entry) as Posting<D>[]) {
      this.#list(posting.requirement).remove(posting)
      this.#prune(posting.requirement)
    }
    this.#postings.delete(entry)
  }

  /** The requirement that the fewest bindings are filed under so far; `undefined` when the rule has none. */
  #mostSelective(rule: HeaderRule): HeaderRequirement | undefined {
    let best: HeaderRequirement | undefined
    let bestCount = Number.POSITIVE_INFINITY
    for (const requirement of rule.requirements) {
      const index = this.#byName.get(requirement.name)
      const list = requirement.key === undefined ? index?.present : index?.byValue.get(requirement.key)
      const count = list?.items.length ?? 0
      if (count < bestCount) {
        best = requirement
        bestCount = count
      }
    }
    return best
  }

  #list(requirement: HeaderRequirement | undefined): SlotList<Posting<D>> {
    if (requirement === undefined) return this.#unconditional
    let index = this.#byName.get(requirement.name)
    if (index === undefined) {
      index = { present: new SlotList(), byValue: new Map() }
      this.#byName.set(requirement.name, index)
    }
    if (requirement.key === undefined) return index.present
    let list = index.byValue.get(requirement.key)
    if (list === undefined) {
      list = new SlotList()
      index.byValue.set(requirement.key, list)
    }
    return list
  }

  #prune(requirement: HeaderRequirement | undefined): void {
    if (requirement === undefined) return
    const index = this.#byName.get(requirement.name) as NameIndex<D>
    if (requirement.key !== undefined && index.byValue.get(requirement.key)?.items.length === 0) {
      index.byValue.delete(requirement.key)
    }
    if (index.byValue.size === 0 && index.present.items.length === 0) this.#byName.delete(requirement.name)
  }
}

/** What is filed under one header name. */
interface NameIndex<D> {
  /** Bindings that only ask for its presence. */
  readonly present: SlotList<Posting<D>>
  readonly byValue: Map<HeaderKey, SlotList<Posting<D>>>
}

/** A binding, filed under one of its requirements. */
interface Posting<D> extends Slotted {
  readonly destination: D
  readonly rule: HeaderRule
  readonly requirement: HeaderRequirement | undefined
}

function visitMatching<D>(
  list: SlotList<Posting<D>> | undefined,
  headers: HeaderReader,
  visit: (destination: D) => void,
): void {
  if (list === undefined) return
  for (let i = 0; i < list.items.length; i++) {
    const { rule, destination } = list.items[i]
    // Being found here is one requirement met: enough for `any`, and all there is when a rule has only one.
    if (rule.any || rule.requirements.length === 1 || headers.meetsAll(rule.requirements)) visit(destination)
  }
}
