/**
 * The `topic` exchange: keys are words between dots; in a binding key `*` stands for one word and `#` for any number, none included.
 *
 * Hot path (`bench/match.bench.ts`); the work is in {@link TopicTrie}.
 */

import type { RouteTarget, RoutingMessage } from './binding.ts'
import type { BindingEntry } from './binding-table.ts'
import { IndexedMatcher } from './indexed-matcher.ts'
import { TopicTrie } from './topic-trie.ts'

export class TopicMatcher<D extends RouteTarget> extends IndexedMatcher<D> {
  readonly type: string = 'topic'
  readonly byKeyAlone: boolean = true
  readonly usesExtraKeys: boolean = true
  readonly #trie = new TopicTrie<BindingEntry<D>>()

  match(message: RoutingMessage, visit: (destination: D) => void): void {
    const lists = this.#trie.match(message.routingKey)
    for (let i = 0; i < lists.length; i++) {
      const entries = lists[i].items
      for (let j = 0; j < entries.length; j++) visit(entries[j].destination)
    }
  }

  protected addToIndex(entry: BindingEntry<D>): void {
    this.#trie.add(entry.routingKey, entry)
  }

  protected removeFromIndex(entry: BindingEntry<D>): void {
    this.#trie.remove(entry.routingKey, entry)
  }
}
