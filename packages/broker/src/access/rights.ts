/**
 * The rights of one connection's user, with the answers of its backend kept.
 *
 * Asking is synchronous, as handling a method is. Where the answer has to be fetched first, {@link RightsPending} is thrown, before the
 * method had any effect; its session holds the connection's frames and hands the method in again once the answer is there.
 */

import { ReplyCode } from '@warrenmq/codec'
import { ChannelException } from '../errors.ts'
import { describeResource } from '../vhost/resource-name.ts'
import type { AccessVersion } from './access-version.ts'
import type { AuthorizationBackend, ResourceKind, Subject } from './authorization-backend.ts'
import type { Right } from './permissions.ts'

/** Answers kept for a connection; when there are more, all are forgotten. */
const ANSWERS_MAX = 1000

/** What a method needs to know is being asked. Nothing has been done yet. */
export class RightsPending extends Error {
  readonly answered: Promise<void>

  constructor(answered: Promise<void>) {
    super('rights are being asked for')
    this.answered = answered
  }
}

export class Rights {
  readonly subject: Subject
  readonly #backends: readonly AuthorizationBackend[]
  readonly #version: AccessVersion
  /** Version that the answers hold for. */
  #known = -1
  readonly #answers = new Map<string, boolean>()
  /** Name of the exchange that was written to last, and may be; `undefined` when none was. */
  #writable: string | undefined

  /** All of `backends` have to agree. */
  constructor(subject: Subject, backends: readonly AuthorizationBackend[], version: AccessVersion) {
    this.subject = subject
    this.#backends = backends
    this.#version = version
  }

  /** @throws ChannelException ACCESS_REFUSED @throws RightsPending */
  assertMay(right: Right, kind: ResourceKind, name: string): void {
    const shown = kind === 'exchange' && name === '' ? 'amq.default' : name
    const may = this.#answer(`${right} ${kind} ${shown}`, (backend) => backend.may(this.subject, right, kind, shown))
    if (!may) throw refuse(describeResource(kind, shown, this.subject.vhost), this.subject)
  }

  /** `assertMay('write', 'exchange', name)` for publishing, where the exchange is mostly the one before. */
  assertMayPublish(name: string): void {
    if (this.#writable === name && this.#known === this.#version.value) return
    this.assertMay('write', 'exchange', name)
    this.#writable = name
  }

  /** For exchanges of type topic. @throws ChannelException ACCESS_REFUSED @throws RightsPending */
  assertMayUseTopic(right: 'write' | 'read', exchange: string, key: string): void {
    if (this.#backends.every((backend) => backend.hasFreeTopics(this.subject, exchange))) return
    const may = this.#answer(`topic ${right} ${exchange.length} ${exchange} ${key}`, (backend) =>
      backend.mayUseTopic(this.subject, right, exchange, key),
    )
    if (may) return
    const { vhost } = this.subject
    throw refuse(`topic '${key}' in ${describeResource('exchange', exchange, vhost)}`, this.subject)
  }

  #answer(key: string, ask: (backend: AuthorizationBackend) => boolean | Promise<boolean>): boolean {
    if (this.#known !== this.#version.value || this.#answers.size >= ANSWERS_MAX) this.#forget()
    const known = this.#answers.get(key)
    if (known !== undefined) return known
    const answers = this.#backends.map(ask)
    if (answers.some((answer) => typeof answer !== 'boolean')) {
      const version = this.#known
      const answered = Promise.all(answers).then((all) => {
        // An answer from before a change is not kept: it is asked again.
        if (this.#known === version && this.#version.value === version) this.#answers.set(key, all.every(Boolean))
      })
      throw new RightsPending(answered)
    }
    const answer = answers.every((one) => one === true)
    this.#answers.set(key, answer)
    return answer
  }

  #forget(): void {
    this.#known = this.#version.value
    this.#answers.clear()
    this.#writable = undefined
  }
}

function refuse(what: string, { user }: Subject): ChannelException {
  return new ChannelException(ReplyCode.ACCESS_REFUSED, `access to ${what} refused for user '${user}'`)
}
