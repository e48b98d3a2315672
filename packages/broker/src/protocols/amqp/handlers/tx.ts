/** Methods of the class `tx`. */

import { ReplyCode } from '@warrenmq/codec'
import { ChannelException } from '../../../errors.ts'
import type { Channel } from '../channel.ts'
import { Transaction } from '../transaction.ts'
import type { MethodHandlers } from './index.ts'

export const txHandlers: MethodHandlers = {
  'tx.select'(channel) {
    if (channel.confirms !== undefined) {
      throw new ChannelException(ReplyCode.PRECONDITION_FAILED, 'cannot switch from confirm to tx mode')
    }
    const { connection, vhost, statistics } = channel
    const { store } = connection.services
    channel.transaction ??= new Transaction(store, connection.heldBytes, vhost.queues, statistics)
    channel.send('tx.select-ok', {})
  },

  'tx.commit'(channel) {
    const transaction = transactionOf(channel)
    const complete = channel.connection.services.journal.group(() =>
      transaction.commit(
        (message) => channel.returnMessage(message),
        ({ messages, outcome }) => channel.settle(messages, outcome),
      ),
    )
    if (!complete) throw new ChannelException(ReplyCode.PRECONDITION_FAILED, 'partial tx completion')
    channel.connection.session?.replyWhenDurable()
    channel.send('tx.commit-ok', {})
  },

  'tx.rollback'(channel) {
    channel.unacked.restore(transactionOf(channel).rollback())
    channel.send('tx.rollback-ok', {})
  },
}

function transactionOf(channel: Channel): Transaction {
  if (channel.transaction === undefined) {
    throw new ChannelException(ReplyCode.PRECONDITION_FAILED, 'channel is not transactional')
  }
  return channel.transaction
}
