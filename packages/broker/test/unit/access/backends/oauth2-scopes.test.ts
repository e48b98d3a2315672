import { describe, expect, it } from 'vitest'
import { parseScopes, scopesAllow, scopesAllowVhost } from '../../../../src/access/backends/oauth2-scopes.ts'

describe('scopes', () => {
  it.each([
    ['r.read:*/*', '/', 'q', true],
    ['r.read:%2F/q', '/', 'q', true],
    ['r.read:%2F/q', '/', 'q1', false],
    ['r.read:v/a*b*c', 'v', 'a1b2c', true],
    ['r.read:v/a*b*c', 'v', 'acb', false],
    ['r.read:v/ab*bc', 'v', 'abc', false],
    ['r.read:v/%2A', 'v', '*', true],
    ['r.read:v/%2A', 'v', 'q', false],
    ['r.write:v/q', 'v', 'q', false],
    ['x.read:v/q', 'v', 'q', false],
    ['r.read:v', 'v', 'q', false],
    ['r.read:v/q/k/more', 'v', 'q', false],
    ['r.read:v/%', 'v', '%', false],
    ['r.read:v/.*', 'v', 'q', false],
  ])('%s on %s/%s: %s', (scope, vhost, name, expected) => {
    expect(scopesAllow(parseScopes(scope, 'r'), 'read', vhost, name)).toBe(expected)
    expect(scopesAllow(parseScopes([scope, 1], 'r'), 'read', vhost, name)).toBe(expected)
  })

  it('reads routing keys, tags and vhosts', () => {
    const scopes = parseScopes('r.write:v*/x/a.* r.tag:administrator tag:none', 'r')
    expect(scopes.tags).toEqual(['administrator'])
    expect(scopesAllowVhost(scopes, 'v2')).toBe(true)
    expect(scopesAllowVhost(scopes, 'w')).toBe(false)
    expect(scopesAllow(scopes, 'write', 'v', 'x', 'a.b')).toBe(true)
    expect(scopesAllow(scopes, 'write', 'v', 'x', 'b')).toBe(false)
  })

  it.each([undefined, 1, null, {}])('takes %j for no scopes', (claim) => {
    expect(parseScopes(claim, 'r')).toEqual({ tags: [], resources: [] })
  })
})
