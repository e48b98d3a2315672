// Generated from spec/amqp-0-9-1.json by scripts/generate.mjs. Do not edit.

/** Kinds of frame (AMQP 0-9-1 §4.2.3). */
export const FrameType = { method: 1, header: 2, body: 3, heartbeat: 8 } as const
export type FrameType = (typeof FrameType)[keyof typeof FrameType]

/** Octet that ends every frame (§4.2.3). */
export const FRAME_END = 206

/** Ids of the classes. */
export const ClassId = {
  connection: 10,
  channel: 20,
  access: 30,
  exchange: 40,
  queue: 50,
  basic: 60,
  confirm: 85,
  tx: 90,
} as const
export type ClassId = (typeof ClassId)[keyof typeof ClassId]

/** Ids of the methods, as they stand at the start of a method frame: `classId << 16 | methodId`. */
export const MethodId = {
  /** connection.start */
  connectionStart: 0x000a000a,
  /** connection.start-ok */
  connectionStartOk: 0x000a000b,
  /** connection.secure */
  connectionSecure: 0x000a0014,
  /** connection.secure-ok */
  connectionSecureOk: 0x000a0015,
  /** connection.tune */
  connectionTune: 0x000a001e,
  /** connection.tune-ok */
  connectionTuneOk: 0x000a001f,
  /** connection.open */
  connectionOpen: 0x000a0028,
  /** connection.open-ok */
  connectionOpenOk: 0x000a0029,
  /** connection.close */
  connectionClose: 0x000a0032,
  /** connection.close-ok */
  connectionCloseOk: 0x000a0033,
  /** connection.blocked */
  connectionBlocked: 0x000a003c,
  /** connection.unblocked */
  connectionUnblocked: 0x000a003d,
  /** connection.update-secret */
  connectionUpdateSecret: 0x000a0046,
  /** connection.update-secret-ok */
  connectionUpdateSecretOk: 0x000a0047,
  /** channel.open */
  channelOpen: 0x0014000a,
  /** channel.open-ok */
  channelOpenOk: 0x0014000b,
  /** channel.flow */
  channelFlow: 0x00140014,
  /** channel.flow-ok */
  channelFlowOk: 0x00140015,
  /** channel.close */
  channelClose: 0x00140028,
  /** channel.close-ok */
  channelCloseOk: 0x00140029,
  /** access.request */
  accessRequest: 0x001e000a,
  /** access.request-ok */
  accessRequestOk: 0x001e000b,
  /** exchange.declare */
  exchangeDeclare: 0x0028000a,
  /** exchange.declare-ok */
  exchangeDeclareOk: 0x0028000b,
  /** exchange.delete */
  exchangeDelete: 0x00280014,
  /** exchange.delete-ok */
  exchangeDeleteOk: 0x00280015,
  /** exchange.bind */
  exchangeBind: 0x0028001e,
  /** exchange.bind-ok */
  exchangeBindOk: 0x0028001f,
  /** exchange.unbind */
  exchangeUnbind: 0x00280028,
  /** exchange.unbind-ok */
  exchangeUnbindOk: 0x00280033,
  /** queue.declare */
  queueDeclare: 0x0032000a,
  /** queue.declare-ok */
  queueDeclareOk: 0x0032000b,
  /** queue.bind */
  queueBind: 0x00320014,
  /** queue.bind-ok */
  queueBindOk: 0x00320015,
  /** queue.purge */
  queuePurge: 0x0032001e,
  /** queue.purge-ok */
  queuePurgeOk: 0x0032001f,
  /** queue.delete */
  queueDelete: 0x00320028,
  /** queue.delete-ok */
  queueDeleteOk: 0x00320029,
  /** queue.unbind */
  queueUnbind: 0x00320032,
  /** queue.unbind-ok */
  queueUnbindOk: 0x00320033,
  /** basic.qos */
  basicQos: 0x003c000a,
  /** basic.qos-ok */
  basicQosOk: 0x003c000b,
  /** basic.consume */
  basicConsume: 0x003c0014,
  /** basic.consume-ok */
  basicConsumeOk: 0x003c0015,
  /** basic.cancel */
  basicCancel: 0x003c001e,
  /** basic.cancel-ok */
  basicCancelOk: 0x003c001f,
  /** basic.publish */
  basicPublish: 0x003c0028,
  /** basic.return */
  basicReturn: 0x003c0032,
  /** basic.deliver */
  basicDeliver: 0x003c003c,
  /** basic.get */
  basicGet: 0x003c0046,
  /** basic.get-ok */
  basicGetOk: 0x003c0047,
  /** basic.get-empty */
  basicGetEmpty: 0x003c0048,
  /** basic.ack */
  basicAck: 0x003c0050,
  /** basic.reject */
  basicReject: 0x003c005a,
  /** basic.recover-async */
  basicRecoverAsync: 0x003c0064,
  /** basic.recover */
  basicRecover: 0x003c006e,
  /** basic.recover-ok */
  basicRecoverOk: 0x003c006f,
  /** basic.nack */
  basicNack: 0x003c0078,
  /** confirm.select */
  confirmSelect: 0x0055000a,
  /** confirm.select-ok */
  confirmSelectOk: 0x0055000b,
  /** tx.select */
  txSelect: 0x005a000a,
  /** tx.select-ok */
  txSelectOk: 0x005a000b,
  /** tx.commit */
  txCommit: 0x005a0014,
  /** tx.commit-ok */
  txCommitOk: 0x005a0015,
  /** tx.rollback */
  txRollback: 0x005a001e,
  /** tx.rollback-ok */
  txRollbackOk: 0x005a001f,
} as const
export type MethodId = (typeof MethodId)[keyof typeof MethodId]

/** Bits of the property flags in a content header (§4.2.6.1). */
export const PropertyFlag = {
  contentType: 0x8000,
  contentEncoding: 0x4000,
  headers: 0x2000,
  deliveryMode: 0x1000,
  priority: 0x0800,
  correlationId: 0x0400,
  replyTo: 0x0200,
  expiration: 0x0100,
  messageId: 0x0080,
  timestamp: 0x0040,
  type: 0x0020,
  userId: 0x0010,
  appId: 0x0008,
  clusterId: 0x0004,
} as const
export type PropertyFlag = (typeof PropertyFlag)[keyof typeof PropertyFlag]

/** How a content property stands on the wire. */
export interface PropertyDefinition {
  readonly name: keyof typeof PropertyFlag
  readonly flag: PropertyFlag
  readonly type: 'shortstr' | 'octet' | 'timestamp' | 'table'
}

/** The content properties, in wire order. */
export const PROPERTIES: readonly PropertyDefinition[] = [
  { name: 'contentType', flag: 0x8000, type: 'shortstr' },
  { name: 'contentEncoding', flag: 0x4000, type: 'shortstr' },
  { name: 'headers', flag: 0x2000, type: 'table' },
  { name: 'deliveryMode', flag: 0x1000, type: 'octet' },
  { name: 'priority', flag: 0x0800, type: 'octet' },
  { name: 'correlationId', flag: 0x0400, type: 'shortstr' },
  { name: 'replyTo', flag: 0x0200, type: 'shortstr' },
  { name: 'expiration', flag: 0x0100, type: 'shortstr' },
  { name: 'messageId', flag: 0x0080, type: 'shortstr' },
  { name: 'timestamp', flag: 0x0040, type: 'timestamp' },
  { name: 'type', flag: 0x0020, type: 'shortstr' },
  { name: 'userId', flag: 0x0010, type: 'shortstr' },
  { name: 'appId', flag: 0x0008, type: 'shortstr' },
  { name: 'clusterId', flag: 0x0004, type: 'shortstr' },
]

/** Reply codes (§1.5.2). */
export const ReplyCode = {
  REPLY_SUCCESS: 200,
  CONTENT_TOO_LARGE: 311,
  NO_ROUTE: 312,
  NO_CONSUMERS: 313,
  CONNECTION_FORCED: 320,
  INVALID_PATH: 402,
  ACCESS_REFUSED: 403,
  NOT_FOUND: 404,
  RESOURCE_LOCKED: 405,
  PRECONDITION_FAILED: 406,
  FRAME_ERROR: 501,
  SYNTAX_ERROR: 502,
  COMMAND_INVALID: 503,
  CHANNEL_ERROR: 504,
  UNEXPECTED_FRAME: 505,
  RESOURCE_ERROR: 506,
  NOT_ALLOWED: 530,
  NOT_IMPLEMENTED: 540,
  INTERNAL_ERROR: 541,
} as const
export type ReplyCode = (typeof ReplyCode)[keyof typeof ReplyCode]

/** Reply codes that close the connection. */
export const HARD_REPLY_CODES: readonly number[] = [320, 402, 501, 502, 503, 504, 505, 506, 530, 540, 541]

/** What RabbitMQ calls the types of table values, by tag. */
export const FIELD_TYPE_NAMES: Readonly<Record<string, string>> = {
  t: 'bool',
  b: 'byte',
  B: 'unsignedbyte',
  s: 'short',
  u: 'unsignedshort',
  I: 'signedint',
  i: 'unsignedint',
  l: 'long',
  L: 'long',
  f: 'float',
  d: 'double',
  D: 'decimal',
  S: 'longstr',
  x: 'binary',
  A: 'array',
  T: 'timestamp',
  F: 'table',
  V: 'void',
}

/** Tags of table values. */
export type FieldTag =
  | 't'
  | 'b'
  | 'B'
  | 's'
  | 'u'
  | 'I'
  | 'i'
  | 'l'
  | 'L'
  | 'f'
  | 'd'
  | 'D'
  | 'S'
  | 'x'
  | 'A'
  | 'T'
  | 'F'
  | 'V'
