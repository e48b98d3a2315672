/** The public surface of `@warrenmq/client/management`. */

// What users need.
export {
  isManagementError,
  ManagementError,
  type ManagementErrorCode,
  type ManagementErrorDetails,
} from './errors.ts'
export { ManagementClient } from './management-client.ts'
export { eachItem, type ListOptions, type Page, type PageOptions } from './pagination.ts'
// What other libraries need.
export type { Bindings } from './resources/bindings.ts'
export type { Channels, Connections, Consumers } from './resources/connections.ts'
export type { DefinitionsResource } from './resources/definitions.ts'
export type { DeleteExchangeOptions, Exchanges } from './resources/exchanges.ts'
export type { HealthChecks } from './resources/health-checks.ts'
export type { Limits } from './resources/limits.ts'
export type { Messages } from './resources/messages.ts'
export type { Nodes } from './resources/nodes.ts'
export type { Parameters } from './resources/parameters.ts'
export type { Permissions } from './resources/permissions.ts'
export type { Policies } from './resources/policies.ts'
export type { DeleteQueueOptions, ListQueuesOptions, Queues } from './resources/queues.ts'
export type { Streams } from './resources/streams.ts'
export type { Users } from './resources/users.ts'
export type { Vhosts } from './resources/vhosts.ts'
export type { ManagementClientOptions, ManagementRequest, QueryValue, RequestOptions } from './transport.ts'
export type {
  LimitValues,
  LoginAttempts,
  Permission,
  Rights,
  TopicPermission,
  TopicRights,
  User,
  UserDefinition,
  UserLimits,
  Vhost,
  VhostDefinition,
  VhostLimits,
  WhoAmI,
} from './types/access.ts'
export type { Arguments, MessageStats, RateDetails } from './types/common.ts'
export type { Channel, Connection, Consumer } from './types/connection.ts'
export type {
  Binding,
  BindingEnds,
  DestinationType,
  Exchange,
  ExchangeDeclaration,
  PublishMessage,
} from './types/exchange.ts'
export type {
  BrowsedMessages,
  BrowseMessages,
  MessageHolder,
  MessageSearch,
  MessageState,
  MovedMessages,
  MoveMessages,
  QueuedMessage,
  RedriveMessages,
  RedrivenMessages,
  ShownMessage,
} from './types/message.ts'
export type { FeatureFlag, HealthCheck, Listener, Node, NodeMemory, Overview } from './types/node.ts'
export type { Definitions, GlobalParameter, Parameter, Policy, PolicyDefinition } from './types/policy.ts'
export type { AckMode, FetchedMessage, GetMessages, Queue, QueueDeclaration } from './types/queue.ts'
export type { ExplainedMessage, ExplainedRoute, ExplainedStep, MatchingBinding } from './types/route.ts'
export type { DroppedEvents, EventStream, StreamedEvent, TapCounts, TapOptions, TappedMessage } from './types/stream.ts'
