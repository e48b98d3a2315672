import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TopicTrie } from '../../src/topic-trie.ts'

function item(): { slot: number } {
  return { slot: 0 }
}

function matches(pattern: string, key: string): boolean {
  const trie = new TopicTrie()
  trie.add(pattern, item())
  return trie.match(key).length > 0
}

describe('TopicTrie', () => {
  it('takes empty words for words, but an empty key for no word', () => {
    expect(matches('a..b', 'a..b')).toBe(true)
    expect(matches('a.*.b', 'a..b')).toBe(true)
    expect(matches('*.*', '.')).toBe(true)
    expect(matches('*', '')).toBe(false)
    expect(matches('', '')).toBe(true)
    expect(matches('#.#', '')).toBe(true)
    expect(matches('.', '')).toBe(false)
  })

  it('takes a wildcard within a word, and a wildcard in a key, literally', () => {
    expect(matches('a*', 'ab')).toBe(false)
    expect(matches('a*', 'a*')).toBe(true)
    expect(matches('##', 'a')).toBe(false)
    expect(matches('a', '*')).toBe(false)
    expect(matches('a', '#')).toBe(false)
    expect(matches('*', '#')).toBe(true)
    expect(matches('#.b', '*.b')).toBe(true)
  })

  it('reports a pattern once, however many ways it matches', () => {
    const trie = new TopicTrie()
    trie.add('#.#.*.#', item())
    expect(trie.match('a.a.a.a')).toHaveLength(1)
  })

  it('removes the branch of a pattern and keeps what others need', () => {
    const trie = new TopicTrie()
    const [long, short, other] = [item(), item(), item()]
    trie.add('a.*.#.b.c', long)
    trie.add('a.*', short)
    trie.add('a.x', other)
    expect(trie.nodeCount).toBe(7)
    trie.remove('a.*.#.b.c', long)
    expect(trie.nodeCount).toBe(4)
    expect(trie.match('a.x')).toHaveLength(2)
    trie.remove('a.*', short)
    trie.remove('a.x', other)
    expect(trie.nodeCount).toBe(1)
  })

  it('is only its root again after any patterns came and went', () => {
    const word = fc.constantFrom('a', 'b', '*', '#', '')
    const patterns = fc.array(fc.array(word, { maxLength: 5 }).map((words) => words.join('.')))
    fc.assert(
      fc.property(patterns, fc.infiniteStream(fc.nat()), (added, order) => {
        const trie = new TopicTrie()
        const left = added.map((pattern) => ({ pattern, item: item() }))
        for (const each of left) trie.add(each.pattern, each.item)
        while (left.length > 0) {
          const [each] = left.splice((order.next().value as number) % left.length, 1)
          trie.remove(each.pattern, each.item)
        }
        expect(trie.nodeCount).toBe(1)
        expect(trie.match('a.b')).toEqual([])
      }),
    )
  })

  // Goal: a client cannot make one publish cost more than words × nodes. Method: the longest key that fits a routing key, against
  // patterns for which trying every division of the key would take longer than the age of the universe.
  it.each([
    ['#.a.#.a.#.a.#.a.#.a.#.a.#.a.#.a.#.a.#.a.#.a.#.a.#.a.#.a.#.b', 0],
    [Array(127).fill('#').join('.'), 1],
    [`${Array(63).fill('#.*').join('.')}.b`, 0],
    [Array(64).fill('#.a').join('.'), 1],
  ])('is not made slow by the pattern %s', (pattern, count) => {
    const trie = new TopicTrie()
    trie.add(pattern, item())
    const started = performance.now()
    expect(trie.match(Array(128).fill('a').join('.'))).toHaveLength(count)
    expect(performance.now() - started).toBeLessThan(2000)
  })
})
