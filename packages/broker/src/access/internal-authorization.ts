/** Rights as the broker itself keeps them: regular expressions on names. */

import { compilePattern } from '../pattern/safe-pattern.ts'
import type { AuthorizationBackend, Subject } from './authorization-backend.ts'
import { compilePermission, type Right } from './permissions.ts'
import type { UserStore } from './user-store.ts'

export class InternalAuthorization implements AuthorizationBackend {
  readonly #users: UserStore

  constructor(users: UserStore) {
    this.#users = users
  }

  mayEnter({ user, vhost }: Subject): boolean {
    return this.#users.permissions(user, vhost) !== undefined
  }

  may({ user, vhost }: Subject, right: Right, _kind: string, name: string): boolean {
    const permissions = this.#users.permissions(user, vhost)
    return permissions !== undefined && compilePermission(permissions[right]).test(name)
  }

  hasFreeTopics({ user, vhost }: Subject, exchange: string): boolean {
    return this.#users.topicPermissions(user, vhost, exchange) === undefined
  }

  mayUseTopic(subject: Subject, right: 'write' | 'read', exchange: string, key: string): boolean {
    const permissions = this.#users.topicPermissions(subject.user, subject.vhost, exchange)
    if (permissions === undefined) return true
    const source = expandVariables(permissions[right], subject)
    // An expansion may be longer than a pattern is allowed to be. Nobody has rights by what cannot be read.
    try {
      return source === '' ? key === '' : compilePattern(source).test(key)
    } catch {
      return false
    }
  }
}

/** Puts names in place of `{username}` and `{vhost}`, literally: what is an operator in a pattern is none in a name. */
export function expandVariables(source: string, { user, vhost }: Pick<Subject, 'user' | 'vhost'>): string {
  // `{client_id}` stays: only MQTT clients have one.
  return source.replaceAll(/\{(username|vhost)\}/g, (_, name) => quote(name === 'username' ? user : vhost))
}

function quote(text: string): string {
  return text.replaceAll(/[\\^$.|?*+()[\]{}]/g, '\\$&')
}
