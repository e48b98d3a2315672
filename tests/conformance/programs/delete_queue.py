"""Deletes a queue: delete_queue.py QUEUE"""

import sys

from support import connect, say

connection = connect()
deleted = connection.channel().queue_delete(queue=sys.argv[1])
connection.close()
say('deleted', messages=deleted.method.message_count)
