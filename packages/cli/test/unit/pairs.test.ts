import { describe, expect, it } from 'vitest'
import { DECLARABLE, DELETABLE } from '../../src/admin/kinds.ts'
import { fillPath, readPairs } from '../../src/admin/pairs.ts'

describe('name=value and --name value', () => {
  const { queue, binding, user, policy } = DECLARABLE

  it('are two ways to say the same', () => {
    const wanted = { name: 'q', durable: true, auto_delete: false, arguments: { a: 1 }, vhost: 'v' }
    expect(readPairs(queue, ['name=q', 'durable=true', 'arguments={"a":1}'], 'v')).toEqual(wanted)
    expect(readPairs(queue, ['--name', 'q', '--durable', '--arguments', '{"a":1}'], 'v')).toEqual(wanted)
    expect(readPairs(queue, ['--name=q', '--durable=true', '--arguments={"a":1}'], 'v')).toEqual(wanted)
  })

  it('take dashes for underscores, and other words for some names', () => {
    expect(readPairs(queue, ['--name', 'q', '--auto-delete', '--type', 'quorum'], '/')).toMatchObject({
      auto_delete: true,
      queue_type: 'quorum',
    })
    const words = ['--name', 'p', '--pattern', 'x', '--definition', '{"a":1}', '--apply-to', 'queues']
    expect(readPairs(policy, words, '/')).toMatchObject({ 'apply-to': 'queues', definition: { a: 1 }, priority: 0 })
  })

  it('keep what is behind the first equals sign', () => {
    expect(readPairs(binding, ['source=a', 'destination=b', 'routing_key=x=y'], '/')).toMatchObject({
      routing_key: 'x=y',
    })
  })

  it('leave it to the broker to refuse what is neither true nor false', () => {
    expect(readPairs(queue, ['name=q', 'durable=maybe'], '/')).toMatchObject({ durable: 'maybe' })
  })

  it.each([
    [['name=q', 'foo=bar'], 'Argument "foo" is not recognised'],
    [['durable=true'], 'mandatory argument "name" is required'],
    [['name=q', 'arguments={'], 'Could not parse JSON of arguments: {'],
    [['name=q', 'durable'], 'Argument "durable" not in the name=value format'],
    [['name=q', '__proto__=x'], 'Argument "__proto__" is not recognised'],
  ])('refuse %j', (words, message) => {
    expect(() => readPairs(queue, words, '/')).toThrow(message)
  })

  it('want one of two passwords', () => {
    expect(() => readPairs(user, ['name=u', 'tags='], '/')).toThrow('mandatory argument "password" or "password_hash"')
    expect(readPairs(user, ['name=u', 'tags=', 'password_hash=x'], '/')).toMatchObject({ password_hash: 'x' })
  })

  it('fill a path', () => {
    const values = readPairs(
      DELETABLE.binding,
      ['source=s', 'destination=d', 'destination_type=exchange', 'properties_key=k'],
      'v',
    )
    expect(fillPath(DELETABLE.binding, values)).toEqual(['bindings', 'v', 'e', 's', 'e', 'd', 'k'])
  })
})
