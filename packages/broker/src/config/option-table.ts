/**
 * Every option of a broker and of the program `warren`: its names, default, range and description.
 *
 * `resolveBrokerOptions`, the readers of files, environment variables and flags, the help text and `docs/configuration.md` all
 * come from this table.
 */

import { SASL_MECHANISMS } from '../access/sasl.ts'
import type { BrokerOptions, ResolvedBrokerOptions } from './options.ts'

/** How much the program tells: RabbitMQ's words. */
export const LOG_LEVELS = ['debug', 'info', 'warning', 'error', 'none'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** What may be configured from outside: a broker's options and the program's own. */
export interface ProgramSettings extends BrokerOptions {
  /** Least severe log lines that are written. @default info */
  readonly logLevel?: LogLevel
}

export type OptionName = keyof ProgramSettings

/** A whole number. Both ends are included; without `max` there is no upper limit. */
interface IntegerRule {
  readonly kind: 'integer'
  readonly min: number
  readonly max?: number
}

/** A text that is not empty, unless `optional`. A secret one is never repeated in messages. */
interface TextRule {
  readonly kind: 'text'
  readonly secret?: boolean
  readonly optional?: boolean
}

/** A list of names, none of them empty; written with commas between them, or as `none`. */
interface NamesRule {
  readonly kind: 'names'
  readonly countMin: number
  /** The names there are, if not any will do. */
  readonly choices?: readonly string[]
}

/** One word of a list. */
interface ChoiceRule {
  readonly kind: 'choice'
  readonly choices: readonly string[]
}

/** A number that need not be whole, both ends included: a share of something. */
interface RatioRule {
  readonly kind: 'ratio'
  readonly min: number
  readonly max: number
}

/** A number of bytes; as text it may carry a unit, as in `50MB` (10^6) and `2GiB` (2^30). */
interface BytesRule {
  readonly kind: 'bytes'
  readonly min: number
}

/** Yes or no. */
interface BooleanRule {
  readonly kind: 'boolean'
}

/** What values an option takes. */
export type OptionRule = BooleanRule | IntegerRule | TextRule | NamesRule | ChoiceRule | RatioRule | BytesRule

export type OptionValue = number | string | boolean | readonly string[]

/** One row of the table. */
export interface OptionRow<Value extends OptionValue = OptionValue> {
  /** Key in a configuration file: RabbitMQ's where it has one, with the same unit. */
  readonly fileKey: string
  readonly rule: OptionRule
  readonly default: Value
  /** The default of `warren`, where it is not that of an embedded broker. */
  readonly programDefault?: Value
  /** For the help text and the documentation: a phrase without a full stop. */
  readonly description: string
}

/** What can decide about logins and rights. */
export const AUTH_BACKENDS = ['internal', 'http', 'oauth2', 'ldap'] as const
const LDAP_SSL = ['true', 'false'] as const
export type LdapSsl = (typeof LDAP_SSL)[number]
const HTTP_METHODS = ['get', 'post'] as const
export type HttpMethod = (typeof HTTP_METHODS)[number]

/** Names in a client's certificate. */
export const CERTIFICATE_LOGINS = ['distinguished_name', 'common_name'] as const
export type CertificateLogin = (typeof CERTIFICATE_LOGINS)[number]

/** Longest delay of the timers that Node offers, in milliseconds. */
const TIMER_MAX = 2_147_483_647

/** Whether client certificates are verified: RabbitMQ's words. */
const TLS_VERIFY = ['verify_none', 'verify_peer'] as const

/** The options of a broker; the keys are their names in `BrokerOptions`. */
export const BROKER_OPTIONS: { readonly [Name in keyof BrokerOptions]-?: OptionRow<ResolvedBrokerOptions[Name]> } = {
  host: {
    fileKey: 'host',
    rule: { kind: 'text' },
    default: 'localhost',
    programDefault: '::',
    description: 'address to listen on; localhost is both loopback addresses, :: is all addresses, IPv6 and IPv4',
  },
  port: {
    fileKey: 'listeners.tcp.default',
    rule: { kind: 'integer', min: 0, max: 65_535 },
    default: 5672,
    description: 'TCP port for AMQP; 0 lets the system choose one',
  },
  listeners: {
    fileKey: 'listeners.tcp',
    rule: { kind: 'names', countMin: 0 },
    default: ['default'],
    description: 'addresses to listen on without TLS: ADDRESS:PORT or PORT; default is host and port above',
  },
  tlsListeners: {
    fileKey: 'listeners.ssl',
    rule: { kind: 'names', countMin: 0 },
    default: [],
    description: 'addresses to listen on with TLS: ADDRESS:PORT or PORT',
  },
  listenBacklog: {
    fileKey: 'tcp_listen_options.backlog',
    rule: { kind: 'integer', min: 1, max: 65_535 },
    default: 1024,
    description: 'connections that may wait to be accepted',
  },
  tcpNodelay: {
    fileKey: 'tcp_listen_options.nodelay',
    rule: { kind: 'boolean' },
    default: true,
    description: 'whether small packets are sent at once',
  },
  tcpKeepalive: {
    fileKey: 'tcp_listen_options.keepalive',
    rule: { kind: 'boolean' },
    default: false,
    description: 'whether the system probes idle connections',
  },
  proxyProtocol: {
    fileKey: 'proxy_protocol',
    rule: { kind: 'boolean' },
    default: false,
    description: 'whether every connection begins with a PROXY protocol header, version 1 or 2',
  },
  tlsCertificateFile: {
    fileKey: 'ssl_options.certfile',
    rule: { kind: 'text', optional: true },
    default: '',
    description: 'PEM file with the certificate of the TLS listeners, and those between it and the root',
  },
  tlsKeyFile: {
    fileKey: 'ssl_options.keyfile',
    rule: { kind: 'text', optional: true },
    default: '',
    description: 'PEM file with the key of that certificate',
  },
  tlsKeyPassword: {
    fileKey: 'ssl_options.password',
    rule: { kind: 'text', secret: true, optional: true },
    default: '',
    description: 'password of that key, if it is encrypted',
  },
  tlsCaFile: {
    fileKey: 'ssl_options.cacertfile',
    rule: { kind: 'text', optional: true },
    default: '',
    description: 'PEM file with the authorities that client certificates are verified against',
  },
  tlsVerify: {
    fileKey: 'ssl_options.verify',
    rule: { kind: 'choice', choices: TLS_VERIFY },
    default: 'verify_none',
    description: 'whether clients are asked for a certificate, which then has to be valid',
  },
  tlsFailIfNoPeerCertificate: {
    fileKey: 'ssl_options.fail_if_no_peer_cert',
    rule: { kind: 'boolean' },
    default: false,
    description: 'whether a client without a certificate is refused',
  },
  tlsVersions: {
    fileKey: 'ssl_options.versions',
    rule: { kind: 'names', countMin: 1 },
    default: ['tlsv1.3', 'tlsv1.2'],
    description: 'versions of TLS: tlsv1.3, tlsv1.2',
  },
  tlsCiphers: {
    fileKey: 'ssl_options.ciphers',
    rule: { kind: 'names', countMin: 0 },
    default: [],
    description: "OpenSSL's names of the ciphers to use; none is the default of Node",
  },
  tlsHonorCipherOrder: {
    fileKey: 'ssl_options.honor_cipher_order',
    rule: { kind: 'boolean' },
    default: true,
    description: "whether the broker's order of ciphers counts and not the client's",
  },
  tlsDepth: {
    fileKey: 'ssl_options.depth',
    rule: { kind: 'integer', min: 0, max: 100 },
    default: 10,
    description: 'most certificates between that of a client and the root',
  },
  tlsServerNames: {
    fileKey: 'ssl_options.sni',
    rule: { kind: 'names', countMin: 0 },
    default: [],
    description:
      'certificates for further names that clients ask for (SNI): NAME=CERTIFICATE-FILE and KEY-FILE after a bar',
  },
  tlsReloadIntervalMs: {
    fileKey: 'ssl_options.reload_interval',
    rule: { kind: 'integer', min: 10, max: TIMER_MAX },
    default: 5000,
    description: 'time between two looks at whether the files of TLS have changed, in milliseconds',
  },
  heartbeatSeconds: {
    fileKey: 'heartbeat',
    rule: { kind: 'integer', min: 0, max: 65_535 },
    default: 60,
    description: 'heartbeat interval proposed to clients, in seconds; 0 proposes none',
  },
  frameSizeMax: {
    fileKey: 'frame_max',
    rule: { kind: 'integer', min: 4096, max: 4_294_967_295 },
    default: 131_072,
    description: 'largest frame, in bytes',
  },
  channelMax: {
    fileKey: 'channel_max',
    rule: { kind: 'integer', min: 1, max: 65_535 },
    default: 2047,
    description: 'most channels of one connection',
  },
  handshakeTimeoutMs: {
    fileKey: 'handshake_timeout',
    rule: { kind: 'integer', min: 1, max: TIMER_MAX },
    default: 10_000,
    description: 'time a client has to open its connection, in milliseconds',
  },
  loginFailureDelayMs: {
    fileKey: 'login_failure_delay',
    rule: { kind: 'integer', min: 0, max: TIMER_MAX },
    default: 3000,
    description: 'how long a refused login is kept waiting, in milliseconds',
  },
  closeTimeoutMs: {
    fileKey: 'close_timeout',
    rule: { kind: 'integer', min: 1, max: TIMER_MAX },
    default: 30_000,
    description: 'time a client has to finish a close handshake, in milliseconds',
  },
  channelMaxPerNode: {
    fileKey: 'channel_max_per_node',
    rule: { kind: 'integer', min: 0 },
    default: 0,
    description: 'most channels of all connections together; 0 is no limit',
  },
  consumerMaxPerChannel: {
    fileKey: 'consumer_max_per_channel',
    rule: { kind: 'integer', min: 0 },
    default: 0,
    description: 'most consumers of one channel; 0 is no limit',
  },
  consumerTimeoutMs: {
    fileKey: 'consumer_timeout',
    rule: { kind: 'integer', min: 0, max: TIMER_MAX },
    default: 1_800_000,
    description: 'how long a client may hold a delivery without acknowledging it, in milliseconds; 0 is no limit',
  },
  messageSizeMax: {
    fileKey: 'max_message_size',
    rule: { kind: 'integer', min: 1, max: 536_870_912 },
    default: 134_217_728,
    description: 'largest message body, in bytes',
  },
  heldBytesMax: {
    fileKey: 'held_bytes_max',
    rule: { kind: 'bytes', min: 0 },
    default: 268_435_456,
    description: 'bytes that unfinished messages and transactions of one connection may take; one message always may',
  },
  outputBytesHigh: {
    fileKey: 'output_bytes_high',
    rule: { kind: 'integer', min: 65_536 },
    default: 1_048_576,
    description: 'bytes that may wait for a client before deliveries to it stop',
  },
  connectionMax: {
    fileKey: 'connection_max',
    rule: { kind: 'integer', min: 0 },
    default: 0,
    description: 'most connections at a time; 0 is no limit',
  },
  connectionsPerAddressMax: {
    fileKey: 'connections_per_address_max',
    rule: { kind: 'integer', min: 0 },
    default: 0,
    description: 'most connections of one client address at a time; 0 is no limit',
  },
  memoryHighWatermark: {
    fileKey: 'vm_memory_high_watermark.relative',
    rule: { kind: 'ratio', min: 0, max: 1 },
    default: 0.6,
    description: 'share of the memory of the machine or container from which publishers are blocked',
  },
  memoryHighWatermarkBytes: {
    fileKey: 'vm_memory_high_watermark.absolute',
    rule: { kind: 'bytes', min: 0 },
    default: 0,
    description: 'bytes of memory from which publishers are blocked, instead of a share; 0 leaves it to the share',
  },
  diskFreeLimitBytes: {
    fileKey: 'disk_free_limit.absolute',
    rule: { kind: 'bytes', min: 0 },
    default: 50_000_000,
    description: 'bytes of free disk below which publishers are blocked',
  },
  diskFreeLimitRelative: {
    fileKey: 'disk_free_limit.relative',
    rule: { kind: 'ratio', min: 0, max: 1024 },
    default: 0,
    description: 'the same as a multiple of the memory; the larger of both limits holds',
  },
  resourceCheckIntervalMs: {
    fileKey: 'memory_monitor_interval',
    rule: { kind: 'integer', min: 10, max: TIMER_MAX },
    default: 100,
    description: 'time between two looks at memory and disk, in milliseconds',
  },
  queueMax: {
    fileKey: 'cluster_queue_limit',
    rule: { kind: 'integer', min: -1 },
    default: -1,
    description: 'most queues of all vhosts together; -1 is no limit',
  },
  exchangeMax: {
    fileKey: 'cluster_exchange_limit',
    rule: { kind: 'integer', min: -1 },
    default: -1,
    description: 'most exchanges of all vhosts together; -1 is no limit',
  },
  vhostMax: {
    fileKey: 'vhost_max',
    rule: { kind: 'integer', min: -1 },
    default: -1,
    description: 'most virtual hosts; -1 is no limit',
  },
  definitionsFile: {
    fileKey: 'load_definitions',
    rule: { kind: 'text', optional: true },
    default: '',
    description: 'file with definitions in the JSON of RabbitMQ, imported before the broker listens',
  },
  defaultUser: {
    fileKey: 'default_user',
    rule: { kind: 'text' },
    default: 'guest',
    description: 'the user who may log in',
  },
  defaultPassword: {
    fileKey: 'default_pass',
    rule: { kind: 'text', secret: true },
    default: 'guest',
    description: 'password of that user; a flag shows in the list of processes',
  },
  loopbackUsers: {
    fileKey: 'loopback_users',
    rule: { kind: 'names', countMin: 0 },
    default: ['guest'],
    description: 'users who may log in from this machine only',
  },
  authMechanisms: {
    fileKey: 'auth_mechanisms',
    rule: { kind: 'names', countMin: 1, choices: SASL_MECHANISMS },
    default: ['PLAIN', 'AMQPLAIN'],
    description: 'SASL mechanisms offered to clients',
  },
  authBackends: {
    fileKey: 'auth_backends',
    rule: { kind: 'names', countMin: 1, choices: AUTH_BACKENDS },
    default: ['internal'],
    description: 'what decides about logins, in turn; the one that lets a user in decides about the rights',
  },
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
  authOauth2JwksUrl: {
    fileKey: 'auth_oauth2.jwks_url',
    rule: { kind: 'text' },
    default: 'http://localhost:8080/token_keys',
    description: 'URL of the keys that OAuth 2 tokens are signed with',
  },
  authOauth2ResourceServerId: {
    fileKey: 'auth_oauth2.resource_server_id',
    rule: { kind: 'text' },
    default: 'rabbitmq',
    description: 'audience of OAuth 2 tokens, and prefix of their scopes',
  },
  authOauth2UsernameClaims: {
    fileKey: 'auth_oauth2.preferred_username_claims',
    rule: { kind: 'names', countMin: 1 },
    default: ['sub', 'client_id'],
    description: 'claims of an OAuth 2 token that may name the user',
  },
  authLdapServers: {
    fileKey: 'auth_ldap.servers',
    rule: { kind: 'names', countMin: 1 },
    default: ['localhost'],
    description: 'LDAP servers, in turn until one answers',
  },
  authLdapPort: {
    fileKey: 'auth_ldap.port',
    rule: { kind: 'integer', min: 1, max: 65_535 },
    default: 389,
    description: 'port of the LDAP servers',
  },
  authLdapSsl: {
    fileKey: 'auth_ldap.use_ssl',
    rule: { kind: 'choice', choices: LDAP_SSL },
    default: 'false',
    description: 'whether LDAP servers are spoken to by TLS',
  },
  authLdapUserDnPattern: {
    fileKey: 'auth_ldap.user_dn_pattern',
    rule: { kind: 'text' },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: RabbitMQ's placeholder.
    default: '${username}',
    description: 'DN of a user in the LDAP directory',
  },
  authLdapTimeoutMs: {
    fileKey: 'auth_ldap.timeout',
    rule: { kind: 'integer', min: 1, max: TIMER_MAX },
    default: 5000,
    description: 'time an LDAP server has to answer, in milliseconds',
  },
  certificateLogin: {
    fileKey: 'ssl_cert_login_from',
    rule: { kind: 'choice', choices: CERTIFICATE_LOGINS },
    default: 'distinguished_name',
    description: 'name in a client certificate that is the user of EXTERNAL',
  },
  vhosts: {
    fileKey: 'default_vhost',
    rule: { kind: 'names', countMin: 1 },
    default: ['/'],
    description: 'virtual hosts',
  },
  shutdownTimeoutMs: {
    fileKey: 'shutdown_timeout',
    rule: { kind: 'integer', min: 0, max: TIMER_MAX },
    default: 5000,
    description: 'time clients have to take leave at shutdown, in milliseconds',
  },
}

/** All that `warren` can be told. */
export const PROGRAM_OPTIONS: { readonly [Name in OptionName]-?: OptionRow } = {
  ...BROKER_OPTIONS,
  logLevel: {
    fileKey: 'log.console.level',
    rule: { kind: 'choice', choices: LOG_LEVELS },
    default: 'info',
    description: 'least severe log lines that are written',
  },
}

/** The names in `PROGRAM_OPTIONS`, in its order. */
export const OPTION_NAMES: readonly OptionName[] = Object.keys(PROGRAM_OPTIONS) as OptionName[]

/** `heartbeatSeconds` → `--heartbeat-seconds`. */
export function optionFlag(name: OptionName): string {
  return `--${optionWords(name).join('-')}`
}

/** `heartbeatSeconds` → `WARREN_HEARTBEAT_SECONDS`. */
export function optionVariable(name: OptionName): string {
  return `WARREN_${optionWords(name).join('_').toUpperCase()}`
}

function optionWords(name: OptionName): string[] {
  return name.split(/(?=[A-Z])/).map((word) => word.toLowerCase())
}
