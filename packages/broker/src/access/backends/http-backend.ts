/**
 * Asks a web server who may log in and what users may do: the contract of RabbitMQ's `rabbitmq_auth_backend_http`.
 *
 * Each question is a request with form fields; the answer is 200 and `allow`, with tags behind it for a user, or `deny`. What fails, or
 * takes too long, is a refusal.
 */

import type { Logger } from '../../logging/logger.ts'
import type { AuthenticationBackend, Credentials, Login } from '../authentication-backend.ts'
import type { AuthorizationBackend, ResourceKind, Subject } from '../authorization-backend.ts'
import type { Right } from '../permissions.ts'

/** Longest answer that is read, in bytes. */
const ANSWER_SIZE_MAX = 4096

export interface HttpBackendOptions {
  readonly method: 'get' | 'post'
  readonly userUrl: string
  readonly vhostUrl: string
  readonly resourceUrl: string
  readonly topicUrl: string
  readonly timeoutMs: number
}

type Fields = Readonly<Record<string, string>>

export class HttpBackend implements AuthenticationBackend, AuthorizationBackend {
  readonly #options: HttpBackendOptions
  readonly #logger: Logger

  constructor(options: HttpBackendOptions, logger: Logger) {
    this.#options = options
    this.#logger = logger
  }

  async authenticate({ user, password }: Credentials): Promise<Login | undefined> {
    if (password === '') return undefined
    // Without a password the transport has proved who it is; RabbitMQ leaves the field out then, too.
    const tags = await this.#ask(this.#options.userUrl, {
      username: user,
      ...(password === undefined ? {} : { password }),
    })
    return tags && { user, tags, authorization: [this] }
  }

  mayEnter(subject: Subject): Promise<boolean> {
    return this.#allows(this.#options.vhostUrl, { ...about(subject), ip: subject.remoteAddress })
  }

  may(subject: Subject, permission: Right, resource: ResourceKind, name: string): Promise<boolean> {
    return this.#allows(this.#options.resourceUrl, { ...about(subject), resource, name, permission })
  }

  hasFreeTopics(): boolean {
    return false
  }

  mayUseTopic(subject: Subject, permission: 'write' | 'read', exchange: string, key: string): Promise<boolean> {
    return this.#allows(this.#options.topicUrl, {
      ...about(subject),
      resource: 'topic',
      name: exchange,
      permission,
      routing_key: key,
      'variable_map.username': subject.user,
      'variable_map.vhost': subject.vhost,
    })
  }

  async #allows(url: string, fields: Fields): Promise<boolean> {
    return (await this.#ask(url, fields)) !== undefined
  }

  /** The words behind `allow`; `undefined` for a refusal. */
  async #ask(url: string, fields: Fields): Promise<string[] | undefined> {
    try {
      const [verdict, ...words] = (await this.#request(url, fields)).trim().split(/\s+/)
      return verdict.toLowerCase() === 'allow' ? words : undefined
    } catch (error) {
      // Not the whole error: its request would show the password.
      this.#logger.error({ url, reason: (error as Error).message }, 'the HTTP authentication backend failed')
      return undefined
    }
  }

  async #request(url: string, fields: Fields): Promise<string> {
    const { method, timeoutMs } = this.#options
    const form = new URLSearchParams(fields)
    const init: RequestInit = { redirect: 'error', signal: AbortSignal.timeout(timeoutMs) }
    const response =
      method === 'get' ? await fetch(`${url}?${form}`, init) : await fetch(url, { ...init, method: 'POST', body: form })
    if (response.status !== 200 && response.status !== 201) {
      await response.body?.cancel()
      throw new Error(`status ${response.status}`)
    }
    return readLimited(response)
  }
}

async function readLimited(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > ANSWER_SIZE_MAX) throw new Error(`an answer of more than ${ANSWER_SIZE_MAX} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

function about({ user, vhost, tags }: Subject): Fields {
  return { username: user, vhost, tags: tags.join(' ') }
}
