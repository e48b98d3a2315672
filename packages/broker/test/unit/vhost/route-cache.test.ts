import { RouteKind } from '@warrenmq/routing'
import { describe, expect, it } from 'vitest'
import { type Route, RouteCache } from '../../../src/vhost/route-cache.ts'

function route(key: string, version: number): Route {
  const bytes = Uint8Array.from(Buffer.from(`\0${String.fromCharCode(key.length)}${key}`, 'latin1'))
  return { bytes, exchange: {} as Route['exchange'], routingKey: key, queues: [], kind: RouteKind.fixed, version }
}

function find(cache: RouteCache, key: string, version: number): Route | undefined {
  const { bytes } = route(key, version)
  const surrounded = Uint8Array.of(9, 9, ...bytes, 9)
  return cache.find(surrounded, 2, 2 + bytes.length, version)
}

describe('RouteCache', () => {
  it('finds routes by their bytes, wherever those lie', () => {
    const cache = new RouteCache()
    expect(find(cache, 'a', 1)).toBeUndefined()
    const a = route('a', 1)
    cache.add(a)
    cache.add(route('b', 1))
    expect(find(cache, 'a', 1)).toBe(a)
    expect(find(cache, 'c', 1)).toBeUndefined()
  })

  it('forgets everything when the topology changes', () => {
    const cache = new RouteCache()
    cache.add(route('a', 1))
    expect(find(cache, 'a', 2)).toBeUndefined()
    expect(find(cache, 'a', 1)).toBeUndefined()
  })

  it('stays bounded and right with more routes than it holds', () => {
    const cache = new RouteCache()
    for (let i = 0; i < 40_000; i++) {
      const each = route(`key-${i}`, 1)
      cache.add(each)
      if (find(cache, `key-${i}`, 1) !== each) throw new Error(`key-${i} is not found`)
    }
    expect(find(cache, 'key-0', 1)).toBeUndefined()
    expect(find(cache, 'key-39999', 1)?.routingKey).toBe('key-39999')
  })
})
