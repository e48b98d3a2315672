"""Consumes from a queue until the broker says that it is gone: watcher.py QUEUE"""

import sys

from support import connect, say


def on_cancel(frame):
    say('cancelled', tag=frame.method.consumer_tag)
    channel.stop_consuming()


connection = connect()
channel = connection.channel()
channel.queue_declare(queue=sys.argv[1])
channel.add_on_cancel_callback(on_cancel)
channel.basic_consume(queue=sys.argv[1], on_message_callback=print, consumer_tag='watcher')
say('ready')
channel.start_consuming()
connection.close()
say('closed')
