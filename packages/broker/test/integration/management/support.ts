/**
 * Words of the suites of the management API: the same requests to this broker and to RabbitMQ, and a comparison of what both answer.
 *
 * Statuses and refusals have to be the same. Of what is shown, the shape has to be: keys, and types of values. Where we differ on purpose
 * stands in `wanted-differences.ts`.
 */

import { type CreateBrokerOptions, createBroker } from '@warrenmq/broker'
import { onEachTarget, storageOptions, type Target, targetPair } from '@warrenmq/testkit'
import { expect, it } from 'vitest'
import { compareShapes, type Json } from './shape.ts'
import { WANTED_DIFFERENCES } from './wanted-differences.ts'

export interface RequestOptions {
  /** Sent as JSON; a text is sent as it is. */
  readonly body?: unknown
  /** `name:password`; `null` for nobody. @default guest:guest */
  readonly user?: string | null
  readonly headers?: Readonly<Record<string, string>>
}

/** An answer. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body as JSON. @throws SyntaxError for one that is none. */
  readonly json: Json
}

/** One broker's API. */
export interface Api {
  readonly target: Target
  /** Sends a request to a path below `/api`. */
  send(method: string, path: string, options?: RequestOptions): Promise<Answer>
}

/** Runs a suite against both brokers, ours with a management API. */
export function onEachApi(suite: (api: Api) => void, options: CreateBrokerOptions = {}): void {
  onEachTarget(
    () => startBroker(options),
    (target) => suite(apiOf(target)),
  )
}

/** Both APIs for one suite; RabbitMQ's is `undefined` where it is not installed. */
export function apiPair(options: CreateBrokerOptions = {}): { readonly warren: Api; readonly rabbit: Api | undefined } {
  const { warren, rabbit } = targetPair(() => startBroker(options))
  return { warren: apiOf(warren), rabbit: rabbit && apiOf(rabbit) }
}

function startBroker(options: CreateBrokerOptions) {
  return createBroker({ port: 0, managementPort: 0, ...storageOptions(), ...options })
}

/** The API of a broker. */
export function apiOf(target: Target): Api {
  return { target, send: (method, path, options) => send(`${target.httpUrl}/api${path}`, method, options) }
}

/** Sends a request. */
export async function send(url: string, method: string, options: RequestOptions = {}): Promise<Answer> {
  const { body, user = 'guest:guest', headers = {} } = options
  const authorization = user === null ? {} : { authorization: `Basic ${Buffer.from(user).toString('base64')}` }
  const content = body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body)
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json', ...authorization, ...headers },
    body: content,
    redirect: 'manual',
  })
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    text,
    get json() {
      return JSON.parse(text)
    },
  }
}

/** A request that both brokers are sent, as part of a sequence. */
export interface Step extends RequestOptions {
  readonly method: string
  /** Below `/api`. `{v}` stands for a vhost that the test has for itself, encoded. */
  readonly path: string
  /** How the bodies are compared: as they are, or by their shape. @default same for refusals, shape for all else */
  readonly compare?: 'same' | 'shape' | 'status'
  /** What the broker answers that is ours alone, with the reason, when the status or the refusal differs on purpose. */
  readonly ours?: { readonly status: number; readonly json?: Json; readonly why: string }
}

let vhostCount = 0

/** One test: the steps are sent to both brokers, one after the other, and each pair of answers compared. */
export function itAnswersAlike(
  name: string,
  pair: { readonly warren: Api; readonly rabbit: Api | undefined },
  steps: readonly Step[],
): void {
  it(name, async () => {
    const vhost = `api-${process.pid}-${vhostCount++}`
    const apis = pair.rabbit === undefined ? [pair.warren] : [pair.warren, pair.rabbit]
    for (const { target } of apis) await target.admin.putVhost(vhost)
    try {
      await Promise.all(apis.map(({ target }) => grantGuest(target, vhost)))
      for (const step of steps) await compareStep(pair, step, vhost)
    } finally {
      for (const { target } of apis) await target.admin.deleteVhost(vhost)
    }
  })
}

async function grantGuest(target: Target, vhost: string): Promise<void> {
  await target.admin.putPermissions('guest', vhost, { configure: '.*', write: '.*', read: '.*' })
}

async function compareStep(
  { warren, rabbit }: { readonly warren: Api; readonly rabbit: Api | undefined },
  { method, path, compare, ours, ...options }: Step,
  vhost: string,
): Promise<void> {
  const filled = path.replaceAll('{v}', encodeURIComponent(vhost))
  const body = options.body === undefined ? undefined : fillBody(options.body, vhost)
  const user = options.user?.replaceAll('{v}', vhost)
  const request = { ...options, body, ...(user !== undefined && { user }) }
  const what = `${method} ${path}`
  const answer = await warren.send(method, filled, request)
  if (ours !== undefined) {
    expect.soft(answer.status, `${what}: status`).toBe(ours.status)
    if (ours.json !== undefined) expect.soft(answer.json, what).toEqual(ours.json)
  }
  if (rabbit === undefined) return
  const expected = await rabbit.send(method, filled, request)
  if (ours !== undefined) {
    expect.soft({ status: answer.status, text: answer.text }, `${what} differs no longer`).not.toEqual({
      status: expected.status,
      text: expected.text,
    })
    return
  }
  compareAnswers(what, answer, expected, compare)
}

/** Compares one answer with RabbitMQ's. */
export function compareAnswers(what: string, answer: Answer, expected: Answer, compare?: Step['compare']): void {
  expect.soft(answer.status, `${what}: status, ${answer.text} and not ${expected.text}`).toBe(expected.status)
  for (const header of ['allow', 'location', 'www-authenticate', 'content-type']) {
    expect.soft(answer.headers.get(header), `${what}: ${header}`).toBe(expected.headers.get(header))
  }
  if (compare === 'status') return
  if (expected.text === '' || answer.text === '') {
    expect.soft(answer.text, what).toBe(expected.text)
  } else if (compare === 'same' || (compare === undefined && expected.status >= 400)) {
    expect.soft(answer.json, what).toEqual(expected.json)
  } else {
    expect.soft(compareShapes(what, answer.json, expected.json, WANTED_DIFFERENCES), what).toEqual([])
  }
}

function fillBody(body: unknown, vhost: string): unknown {
  return JSON.parse(JSON.stringify(body).replaceAll('{v}', vhost))
}
