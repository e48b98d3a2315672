"""Publishes with confirms: to a queue, to nobody, to nobody but mandatory, and to an exchange that does not exist."""

import pika
from support import connect, say

connection = connect()
channel = connection.channel()
channel.confirm_delivery()
queue = channel.queue_declare(queue='', exclusive=True).method.queue
# pika blocks until the broker has confirmed, and raises what it says instead.
channel.basic_publish(exchange='', routing_key=queue, body='routed', mandatory=True)
say('confirmed', to='a queue')
channel.basic_publish(exchange='', routing_key='nobody', body='dropped')
say('confirmed', to='nobody')
try:
    channel.basic_publish(exchange='', routing_key='nobody', body='back', mandatory=True)
except pika.exceptions.UnroutableError as error:
    for message in error.messages:
        say('returned', code=message.method.reply_code, text=message.method.reply_text, body=message.body.decode())
try:
    channel.basic_publish(exchange='nosuch', routing_key='', body='lost')
except pika.exceptions.ChannelClosedByBroker as error:
    say('channel closed', code=error.reply_code, text=error.reply_text)
say('waiting', count=connection.channel().queue_declare(queue=queue, passive=True).method.message_count)
connection.close()
