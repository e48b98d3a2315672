/** What the suites of amqplib share: connections, and the ways in which a channel speaks of its end. */
import { once } from 'node:events'
import { within } from '@warrenmq/testkit'
import { type Channel, type ChannelModel, connect } from 'amqplib'
import { brokerUrl, type Target } from './suites.ts'

/** A connection that is closed in order at the end of a test, which takes its exclusive queues with it. */
export interface Session extends AsyncDisposable {
  readonly connection: ChannelModel
}

export async function openSession(target: Target): Promise<Session> {
  const connection = await connect(brokerUrl(target))
  return { connection, [Symbol.asyncDispose]: () => connection.close() }
}

/**
 * Has the channel do something that the broker refuses, and waits until it has closed the channel.
 *
 * @returns what the broker said, as amqplib prints it.
 */
export async function refusal(channel: Channel, act: (channel: Channel) => unknown): Promise<string> {
  const closing = within(once(channel, 'error'), 'the end of the channel')
  await Promise.allSettled([act(channel)])
  const [error] = await closing
  return error.message
}

/** Several messages' bodies as text. */
export function texts(messages: readonly { readonly content: Buffer }[]): string[] {
  return messages.map(({ content }) => content.toString())
}
