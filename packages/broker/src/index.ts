/** The public surface of `@warrenmq/broker`. */

export { AdministrationError, type AdministrationErrorCode } from './access/access-error.ts'
export type { PasswordHash } from './access/password.ts'
export type { Permissions, TopicPermissions } from './access/permissions.ts'
export type { User } from './access/user-store.ts'
export type { Administration } from './administration/administration.ts'
export type { UserInput } from './administration/users.ts'
export type { AlarmResource } from './alarms/alarms.ts'
export type { Clock, RandomSource, Timer } from './clock.ts'
export { ConfigurationError } from './config/configuration-error.ts'
export type { BrokerOptions } from './config/options.ts'
export { type Broker, type BrokerAlarms, type CreateBrokerOptions, createBroker } from './create-broker.ts'
export type { Logger } from './logging/logger.ts'
