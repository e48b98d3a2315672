/** The public surface of `@warrenmq/client`. */

// What users need.
export type { FieldTable, FieldValue } from '@warrenmq/codec'
export { CodecError, typed } from '@warrenmq/codec'
export { Channel } from './channel/channel.ts'
export type { ChannelEvents, ChannelOptions, FetchedMessage } from './channel/channel-options.ts'
export type { QueueStatus } from './channel/channel-topology.ts'
export { connect } from './connect.ts'
export { Connection } from './connection.ts'
export type { ConnectionEvents, ConnectionState } from './connection-events.ts'
export { type ConsumeOptions, Consumer, type FailureAction, type Handler } from './consumer/consumer.ts'
export { MessageStream, type StreamOptions } from './consumer/message-stream.ts'
export type { SubscribeOptions } from './consumer/subscription.ts'
export { ClientError, type ClientErrorCode, ClosedError, type CloseReason, ReturnedError } from './errors.ts'
export { type ContractInput, defineMessage, type MessageContract } from './message/contract.ts'
export { Message } from './message/message.ts'
export type { MessageProperties } from './message/properties.ts'
export { bytes, json, type Serializer, text } from './message/serializer.ts'
export type { SchemaIssue, SchemaResult, StandardSchema } from './message/standard-schema.ts'
export type { ConnectOptions, ReconnectOptions } from './options.ts'
export type { OutgoingMessage, PublisherOptions, PublishOptions } from './publisher/publish-options.ts'
export { Publisher } from './publisher/publisher.ts'
export type { ChannelState } from './recovery/session.ts'
export { type RequestOptions, RpcClient, type RpcClientOptions } from './rpc/rpc-client.ts'
export type { RequestHandler, ServeOptions } from './rpc/rpc-server.ts'
export {
  type BindingOptions,
  defineTopology,
  type ExchangeOptions,
  type ExchangeType,
  type QueueOptions,
  type Topology,
} from './topology.ts'
// What other libraries need.
export type {
  Endpoint,
  OpenTransport,
  TlsOptions,
  Transport,
  TransportListener,
  TransportOptions,
} from './transport/transport.ts'
export type { WaitOptions } from './waiting/deferred.ts'
