/** Contracts: what a message holds, how it is written, and where it goes, said once for publishers and consumers. */

import { ClientError } from '../errors.ts'
import type { Message } from './message.ts'
import type { MessageProperties } from './properties.ts'
import { json, type Serializer } from './serializer.ts'
import { describeIssues, type StandardSchema } from './standard-schema.ts'

/** What is known of a kind of message. `T` is the type of its value. */
export interface MessageContract<T> {
  /** Sent as the property `type`. */
  readonly type?: string | undefined
  /** @default the default exchange */
  readonly exchange?: string | undefined
  /** @default '' */
  readonly routingKey?: string | undefined
  readonly serializer: Serializer
  /** Checks values on their way out and in, and may change them on their way in. */
  readonly schema?: StandardSchema<T, T> | StandardSchema<unknown, T> | undefined
}

/** What {@link defineMessage} takes: a contract, of which everything may be left out. */
export type ContractInput<T> = Partial<MessageContract<T>>

/** Makes a contract. @param contract Without a serialiser, values are JSON. */
export function defineMessage<T>(contract: ContractInput<T>): MessageContract<T> {
  return { ...contract, serializer: contract.serializer ?? json }
}

/** Body and properties of a value. @throws ClientError INVALID_MESSAGE. */
export async function encodeForContract<T>(
  contract: MessageContract<T>,
  value: T,
): Promise<{ body: Uint8Array; properties: MessageProperties }> {
  if (contract.schema !== undefined) {
    const result = await contract.schema['~standard'].validate(value)
    if (result.issues !== undefined) throw invalid('to be sent', describeIssues(result.issues))
  }
  return {
    body: contract.serializer.encode(value),
    properties: contract.type === undefined ? {} : { type: contract.type },
  }
}

/** Gives a message that came in the value that its contract makes of it. @throws ClientError INVALID_MESSAGE. */
export function applyContract<T>(contract: MessageContract<T>, message: Message<T>): void | Promise<void> {
  const value = decode(contract.serializer, message.body)
  if (contract.schema === undefined) return message.setValue(value as T)
  const result = contract.schema['~standard'].validate(value)
  const take = (checked: Awaited<typeof result>) => {
    if (checked.issues !== undefined) throw invalid('received', describeIssues(checked.issues))
    message.setValue(checked.value as T)
  }
  return result instanceof Promise ? result.then(take) : take(result)
}

function decode(serializer: Serializer, body: Uint8Array): unknown {
  try {
    return serializer.decode(body)
  } catch (error) {
    throw new ClientError('INVALID_MESSAGE', `the body is not ${serializer.contentType}`, { cause: error })
  }
}

function invalid(where: string, problem: string): ClientError {
  return new ClientError('INVALID_MESSAGE', `message ${where} does not match its contract: ${problem}`)
}
