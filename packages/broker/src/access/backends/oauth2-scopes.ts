/**
 * Scopes of an OAuth 2 token as rights: `rabbitmq.read:vhost/name/key`, `rabbitmq.tag:administrator`.
 *
 * Each part may hold `*`, which stands for anything, and is percent-encoded, so that a name may contain `/` and `*`.
 */

import type { Right } from '../permissions.ts'

/** A text with `*` in it, taken apart there. */
type Wildcard = readonly string[]

interface ResourceScope {
  readonly right: Right
  readonly vhost: Wildcard
  readonly name: Wildcard
  readonly routingKey: Wildcard
}

export interface Scopes {
  readonly tags: readonly string[]
  readonly resources: readonly ResourceScope[]
}

/** Scopes of one token that are read. */
const SCOPES_MAX = 1000
const ANYTHING: Wildcard = ['', '']

/** Reads the claim `scope`, a text with spaces or a list; scopes of other servers than `resourceServerId` are left out. */
export function parseScopes(claim: unknown, resourceServerId: string): Scopes {
  const given: unknown[] = typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? claim : []
  const prefix = `${resourceServerId}.`
  const own = given
    .filter((scope): scope is string => typeof scope === 'string' && scope.startsWith(prefix))
    .slice(0, SCOPES_MAX)
    .map((scope) => scope.slice(prefix.length))
  return {
    tags: own.filter((scope) => scope.startsWith('tag:')).map((scope) => scope.slice('tag:'.length)),
    resources: own.map(parseResource).filter((scope) => scope !== undefined),
  }
}

export function scopesAllowVhost({ resources }: Scopes, vhost: string): boolean {
  return resources.some((scope) => matches(scope.vhost, vhost))
}

/** Without `routingKey`, whether there is a right on the resource at all. */
export function scopesAllow(
  { resources }: Scopes,
  right: Right,
  vhost: string,
  name: string,
  routingKey?: string,
): boolean {
  return resources.some(
    (scope) =>
      scope.right === right &&
      matches(scope.vhost, vhost) &&
      matches(scope.name, name) &&
      (routingKey === undefined || matches(scope.routingKey, routingKey)),
  )
}

function parseResource(scope: string): ResourceScope | undefined {
  const [, right, rest] = /^(configure|write|read):(.*)$/s.exec(scope) ?? []
  const parts = rest?.split('/').map(parseWildcard)
  if (parts === undefined || parts.length < 2 || parts.length > 3) return undefined
  const [vhost, name, routingKey = ANYTHING] = parts
  if (vhost === undefined || name === undefined) return undefined
  return { right: right as Right, vhost, name, routingKey }
}

/** `undefined` for a part that is not percent-encoded as it should be. */
function parseWildcard(text: string): Wildcard | undefined {
  try {
    return text.split('*').map(decodeURIComponent)
  } catch {
    return undefined
  }
}

/** Takes each piece where it comes first, which is right as anything may follow it. */
function matches(wildcard: Wildcard, text: string): boolean {
  const [first, ...rest] = wildcard
  const last = rest.pop()
  if (last === undefined) return text === first
  if (!text.startsWith(first)) return false
  let at = first.length
  for (const piece of rest) {
    const found = text.indexOf(piece, at)
    if (found === -1) return false
    at = found + piece.length
  }
  return text.length - last.length >= at && text.endsWith(last)
}
