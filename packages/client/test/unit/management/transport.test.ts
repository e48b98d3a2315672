import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { eachItem, isManagementError, ManagementClient, ManagementError } from '../../../src/management/index.ts'

/** A client whose requests are answered here, and what it asked for. */
function answering(status: number, body: string, headers: Record<string, string> = {}) {
  const requests: { url: string; init: RequestInit }[] = []
  const fake = async (url: string | URL | Request, init: RequestInit = {}) => {
    requests.push({ url: String(url), init })
    return new Response(status === 204 ? null : body, { status, headers })
  }
  const client = new ManagementClient({ url: 'http://host:1/prefix/', user: 'ä', password: 'p:w', fetch: fake })
  return { client, requests }
}

async function refusal(promise: Promise<unknown>): Promise<ManagementError> {
  const error = await promise.catch((reason: unknown) => reason)
  if (!isManagementError(error)) throw new Error(`no ManagementError: ${error}`)
  return error
}

describe('a request', () => {
  it('has the path encoded, the query, and credentials in UTF-8', async () => {
    const { client, requests } = answering(200, '[]')
    await client.queues.list('/', { columns: ['name', 'messages'], sort: 'name', totalsOnly: true })
    const [{ url, init }] = requests
    expect(url).toBe(
      'http://host:1/prefix/api/queues/%2F?columns=name%2Cmessages&sort=name&disable_stats=true&enable_queue_totals=true',
    )
    expect(init).toMatchObject({ method: 'GET', redirect: 'manual' })
    expect(new Headers(init.headers).get('authorization')).toBe(`Basic ${Buffer.from('ä:p:w').toString('base64')}`)
  })

  it('addresses no other object, whatever a name is', async () => {
    const { client, requests } = answering(204, '')
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1 }), async (name) => {
        requests.length = 0
        const done = client.queues.delete('v', name).then(
          () => 'sent',
          (error: unknown) => (isManagementError(error, 'UNADDRESSABLE_NAME') ? 'refused' : error),
        )
        const outcome = await done
        if (outcome === 'refused') expect(['.', '..']).toContain(name)
        else expect(new URL(requests[0].url).pathname).toBe(`/prefix/api/queues/v/${encodeURIComponent(name)}`)
      }),
    )
    for (const name of ['', '.', '..']) {
      requests.length = 0
      expect((await refusal(client.users.delete(name))).code).toBe('UNADDRESSABLE_NAME')
      expect(requests).toEqual([])
    }
  })

  it('carries a reason that a header can hold', async () => {
    const { client, requests } = answering(204, '')
    await client.connections.close('a -> b', 'späte\r\nX: y')
    expect(new Headers(requests[0].init.headers).get('x-reason')).toBe('sp?te??X: y')
  })

  it('takes a token in place of user and password', async () => {
    const seen: (string | null)[] = []
    const fake = async (_url: unknown, init: RequestInit = {}) => {
      seen.push(new Headers(init.headers).get('authorization'))
      return new Response('{}')
    }
    await new ManagementClient({ token: 'abc', fetch: fake as typeof fetch }).users.whoAmI()
    expect(seen).toEqual(['Bearer abc'])
  })

  it('goes to an HTTP URL only', () => {
    expect(() => new ManagementClient({ url: 'amqp://host' })).toThrow('must begin with http:// or https://')
    expect(() => new ManagementClient({ url: 'nonsense' })).toThrow(TypeError)
  })
})

describe('an answer', () => {
  it.each([
    [400, '{"error":"bad_request","reason":"no\\n"}', 'BAD_REQUEST', 'no'],
    [400, '{"error":"bad_request","reason":["not_boolean","maybe"]}', 'BAD_REQUEST', '["not_boolean","maybe"]'],
    [400, '{"reason":["invalid_regexp",[40],[[109,105],1]]}', 'BAD_REQUEST', '["invalid_regexp","(",["mi",1]]'],
    [400, '{"reason":"[{&lt;&lt;&quot;a&quot;&gt;&gt;,5}] &amp;lt;"}', 'BAD_REQUEST', '[{<<"a">>,5}] &lt;'],
    [401, '', 'NOT_AUTHENTICATED', 'GET /api/users was answered with 401'],
    [401, '{"error":"not_authorized","reason":"Login failed"}', 'NOT_AUTHENTICATED', 'Login failed'],
    [401, '{"error":"not_authorised","reason":"Not administrator user"}', 'ACCESS_REFUSED', 'Not administrator user'],
    [404, '{"error":"Object Not Found","reason":"Not Found"}', 'NOT_FOUND', 'GET /api/users was answered with 404'],
    [405, '', 'UNSUPPORTED', 'GET /api/users was answered with 405'],
    [500, '', 'SERVER_ERROR', 'GET /api/users was answered with 500'],
    [503, '{"status":"failed"}', 'CHECK_FAILED', 'GET /api/users was answered with 503'],
    [503, '', 'SERVER_ERROR', 'GET /api/users was answered with 503'],
    [301, '', 'INVALID_RESPONSE', 'GET /api/users was answered with 301'],
    [200, '<html>', 'INVALID_RESPONSE', 'GET /api/users was answered with what is no JSON: is this the HTTP API?'],
  ] as const)('%i %s is %s', async (status, body, code, message) => {
    const { client } = answering(status, body)
    expect(await refusal(client.users.list())).toMatchObject({
      code,
      message,
      status,
      method: 'GET',
      path: '/api/users',
    })
  })

  it('of a failed check is what the check found', async () => {
    const { client } = answering(503, '{"status":"failed","missing":9}')
    expect(await client.healthChecks.portListener(9)).toEqual({ status: 'failed', missing: 9 })
  })

  it('404 is nothing to find', async () => {
    const { client } = answering(404, '')
    expect(await client.queues.find('/', 'q')).toBeUndefined()
  })
})

describe('a request without an answer', () => {
  const hanging = ((_url: unknown, { signal }: RequestInit = {}) =>
    new Promise((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason))
      if (signal?.aborted) reject(signal.reason)
    })) as typeof fetch

  it('ends with TIMEOUT, or with ABORTED', async () => {
    const client = new ManagementClient({ fetch: hanging })
    expect((await refusal(client.users.list({ timeoutMs: 1 }))).code).toBe('TIMEOUT')
    expect((await refusal(client.users.list({ signal: AbortSignal.abort() }))).code).toBe('ABORTED')
    const given = new ManagementClient({ fetch: hanging, signal: AbortSignal.abort(), timeoutMs: 0 })
    expect((await refusal(given.users.list())).code).toBe('ABORTED')
  })

  it('ends with UNREACHABLE and the cause that fetch hides', async () => {
    const failing = async () => {
      throw new TypeError('fetch failed', { cause: new AggregateError([new Error('connect ECONNREFUSED')]) })
    }
    const error = await refusal(new ManagementClient({ fetch: failing }).users.list())
    expect(error).toMatchObject({
      code: 'UNREACHABLE',
      message: 'cannot reach http://localhost:15672: connect ECONNREFUSED',
      cause: expect.any(TypeError),
    })
  })
})

describe('errors', () => {
  it('are recognized by code, also those of another copy of the package', () => {
    const error = new ManagementError('NOT_FOUND', 'x')
    expect([
      isManagementError(error),
      isManagementError(error, 'NOT_FOUND'),
      isManagementError(error, 'TIMEOUT'),
    ]).toEqual([true, true, false])
    expect(
      isManagementError(Object.assign(new Error('x'), { name: 'ManagementError', code: 'TIMEOUT' }), 'TIMEOUT'),
    ).toBe(true)
    expect(isManagementError(new Error('x'))).toBe(false)
  })
})

describe('pages', () => {
  it('are fetched one after another as the loop goes on', async () => {
    const asked: number[] = []
    const pages = eachItem(async (page) => {
      asked.push(page)
      return { items: [page * 10], page, page_size: 1, page_count: 3, item_count: 1, filtered_count: 3, total_count: 3 }
    })
    const items: number[] = []
    for await (const item of pages) {
      items.push(item)
      if (item === 20) break
    }
    expect([items, asked]).toEqual([
      [10, 20],
      [1, 2],
    ])
  })
})
