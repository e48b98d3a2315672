"""Publishes and acknowledges in transactions, and says after each step what another channel sees in the queue."""

from support import connect, say

connection = connect()
channel = connection.channel()
observer = connection.channel()
queue = channel.queue_declare(queue='', exclusive=True).method.queue


def look(step):
    say(step, waiting=observer.queue_declare(queue=queue, passive=True).method.message_count)


channel.tx_select()
channel.basic_publish(exchange='', routing_key=queue, body='undone')
channel.tx_rollback()
look('rolled back')
channel.basic_publish(exchange='', routing_key=queue, body='one')
channel.basic_publish(exchange='', routing_key=queue, body='two')
look('published')
channel.tx_commit()
look('committed')
method, _, body = channel.basic_get(queue=queue)
say('got', body=body.decode(), redelivered=method.redelivered)
channel.basic_ack(delivery_tag=method.delivery_tag)
channel.tx_rollback()
channel.close()
# The rollback took the acknowledgement back, so the end of the channel returns the message.
look('channel closed')
method, _, body = observer.basic_get(queue=queue, auto_ack=True)
say('got', body=body.decode(), redelivered=method.redelivered)
connection.close()
