"""Says how many messages wait in a queue: queue_depth.py QUEUE"""

import sys

from support import connect, say

connection = connect()
declared = connection.channel().queue_declare(queue=sys.argv[1], passive=True)
connection.close()
say('depth', messages=declared.method.message_count, consumers=declared.method.consumer_count)
