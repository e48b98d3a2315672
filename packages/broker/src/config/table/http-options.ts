/** The authentication backend that asks a web server. */

import { type OptionRows, TIMER_MAX } from '../option-row.ts'

const HTTP_METHODS = ['get', 'post'] as const
export type HttpMethod = (typeof HTTP_METHODS)[number]

export const HTTP_OPTIONS: OptionRows<
  | 'authHttpMethod'
  | 'authHttpUserUrl'
  | 'authHttpVhostUrl'
  | 'authHttpResourceUrl'
  | 'authHttpTopicUrl'
  | 'authHttpTimeoutMs'
  | 'authCacheTtlMs'
> = {
  authHttpMethod: {
    fileKey: 'auth_http.http_method',
    rule: { kind: 'choice', choices: HTTP_METHODS },
    default: 'get',
    description: 'how the HTTP backend is asked',
  },
  authHttpUserUrl: {
    fileKey: 'auth_http.user_path',
    rule: { kind: 'text' },
    default: 'http://localhost:8000/auth/user',
    description: 'URL of the HTTP backend for logins',
  },
  authHttpVhostUrl: {
    fileKey: 'auth_http.vhost_path',
    rule: { kind: 'text' },
    default: 'http://localhost:8000/auth/vhost',
    description: 'URL of the HTTP backend for entering vhosts',
  },
  authHttpResourceUrl: {
    fileKey: 'auth_http.resource_path',
    rule: { kind: 'text' },
    default: 'http://localhost:8000/auth/resource',
    description: 'URL of the HTTP backend for rights on queues and exchanges',
  },
  authHttpTopicUrl: {
    fileKey: 'auth_http.topic_path',
    rule: { kind: 'text' },
    default: 'http://localhost:8000/auth/topic',
    description: 'URL of the HTTP backend for routing keys of topic exchanges',
  },
  authHttpTimeoutMs: {
    fileKey: 'auth_http.request_timeout',
    rule: { kind: 'integer', min: 1, max: TIMER_MAX },
    default: 5000,
    description: 'time the HTTP backend has to answer, in milliseconds',
  },
  authCacheTtlMs: {
    fileKey: 'auth_cache.cache_ttl',
    rule: { kind: 'integer', min: 10, max: TIMER_MAX },
    default: 15_000,
    description: 'how long answers about rights from outside hold, in milliseconds',
  },
}
