/**
 * Topic patterns as a trie of words, matched by walking all its branches together, one word of the key at a time.
 *
 * Hot path (`bench/match.bench.ts`).
 *
 * A pattern of many `#` must not cost exponential time, so the walk keeps a set of nodes and a node enters it once per word: matching
 * takes at most (words of the key) × (nodes of the trie) steps, and with few `#` it takes a few steps per word.
 */

import { SlotList, type Slotted } from './slot-list.ts'

/**
 * A trie of topic patterns with items at their ends.
 *
 *     usd.#         root ─ usd ─ [#] •
 *     usd.*.nyse            └── * ── nyse •
 *
 * Empty words are words: `a..b` has three and `.` has two, but the empty key has none. A word that merely contains a wildcard
 * (`a*`, `##`) is literal, and so are wildcards in a routing key.
 */
export class TopicTrie<E extends Slotted> {
  readonly #root = new TrieNode<E>(undefined, '')
  #nodeCount = 1
  #step = 0

  /** Count of nodes, the root included; follows the patterns that are there. */
  get nodeCount(): number {
    return this.#nodeCount
  }

  add(pattern: string, item: E): void {
    let node = this.#root
    for (const word of splitWords(pattern)) {
      let child = node.child(word)
      if (child === undefined) {
        child = node.addChild(word)
        this.#nodeCount++
      }
      node = child
    }
    if (node.items === undefined) node.items = new SlotList(item)
    else node.items.add(item)
  }

  /** Removes an item that was added with this pattern, and the branch that only it needed. */
  remove(pattern: string, item: E): void {
    let node = this.#root
    for (const word of splitWords(pattern)) node = node.child(word) as TrieNode<E>
    const items = node.items as SlotList<E>
    items.remove(item)
    if (items.items.length === 0) node.items = undefined
    while (node.parent !== undefined && node.isEmpty()) {
      node.parent.removeChild(node.word)
      node = node.parent
      this.#nodeCount--
    }
  }

  /** The items of every pattern that matches the key, one list per pattern. */
  match(routingKey: string): SlotList<E>[] {
    let current: TrieNode<E>[] = []
    let next: TrieNode<E>[] = []
    enter(this.#root, current, ++this.#step)
    const words = splitWords(routingKey)
    for (let i = 0; i < words.length && current.length > 0; i++) {
      this.#advance(current, words[i], next)
      const spent = current
      current = next
      next = spent
      next.length = 0
    }
    const matches: SlotList<E>[] = []
    for (let i = 0; i < current.length; i++) {
      const items = current[i].items
      if (items !== undefined) matches.push(items)
    }
    return matches
  }

  /** Puts into `next` the nodes that one word leads to from those in `current`. */
  #advance(current: TrieNode<E>[], word: string, next: TrieNode<E>[]): void {
    const step = ++this.#step
    for (let i = 0; i < current.length; i++) {
      const node = current[i]
      if (node.isHash) enter(node, next, step)
      const literal = node.literalChild(word)
      if (literal !== undefined) enter(literal, next, step)
      if (node.star !== undefined) enter(node.star, next, step)
    }
  }
}

/** Adds a node to the set of this step, with the `#` nodes below it: `#` may stand for no word at all. */
function enter<E extends Slotted>(first: TrieNode<E>, set: TrieNode<E>[], step: number): void {
  for (let node: TrieNode<E> | undefined = first; node !== undefined && node.step !== step; node = node.hash) {
    node.step = step
    set.push(node)
  }
}

function splitWords(key: string): string[] {
  return key === '' ? [] : key.split('.')
}

class TrieNode<E extends Slotted> {
  readonly parent: TrieNode<E> | undefined
  readonly word: string
  readonly isHash: boolean
  /** The last step of a walk that entered this node. */
  step = 0
  star: TrieNode<E> | undefined = undefined
  hash: TrieNode<E> | undefined = undefined
  /** One child of a literal word. Most nodes have no other, and a Map takes 200 bytes. */
  literal: TrieNode<E> | undefined = undefined
  /** The other literal children. */
  moreLiterals: Map<string, TrieNode<E>> | undefined = undefined
  /** Items of the pattern that ends here; `undefined` when none does. */
  items: SlotList<E> | undefined = undefined

  constructor(parent: TrieNode<E> | undefined, word: string) {
    this.parent = parent
    this.word = word
    this.isHash = word === '#'
  }

  child(word: string): TrieNode<E> | undefined {
    if (word === '*') return this.star
    if (word === '#') return this.hash
    return this.literalChild(word)
  }

  literalChild(word: string): TrieNode<E> | undefined {
    return this.literal?.word === word ? this.literal : this.moreLiterals?.get(word)
  }

  addChild(word: string): TrieNode<E> {
    const child = new TrieNode<E>(this, word)
    if (word === '*') this.star = child
    else if (word === '#') this.hash = child
    else if (this.literal === undefined) this.literal = child
    else {
      this.moreLiterals ??= new Map()
      this.moreLiterals.set(word, child)
    }
    return child
  }

  removeChild(word: string): void {
    if (word === '*') this.star = undefined
    else if (word === '#') this.hash = undefined
    else if (this.literal?.word === word) this.literal = undefined
    else {
      this.moreLiterals?.delete(word)
      if (this.moreLiterals?.size === 0) this.moreLiterals = undefined
    }
  }

  isEmpty(): boolean {
    return (
      this.items === undefined &&
      this.star === undefined &&
      this.hash === undefined &&
      this.literal === undefined &&
      this.moreLiterals === undefined
    )
  }
}
