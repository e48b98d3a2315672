/** The public surface of `@warrenmq/broker`. */

export type { Clock, RandomSource, Timer } from './clock.ts'
export { ConfigurationError } from './config/configuration-error.ts'
export type { BrokerOptions } from './config/options.ts'
export { type Broker, type CreateBrokerOptions, createBroker } from './create-broker.ts'
export type { Logger } from './logging/logger.ts'
