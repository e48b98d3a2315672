"""Is turned away: with a wrong password, at an unknown vhost, and for a mistake that costs the connection."""

import os

import pika
from support import connect, say

parameters = pika.URLParameters(os.environ['AMQP_URL'])
parameters.credentials = pika.PlainCredentials('guest', 'wrong')
try:
    pika.BlockingConnection(parameters)
except pika.exceptions.ProbableAuthenticationError as error:
    say('password', text=str(error))

parameters = pika.URLParameters(os.environ['AMQP_URL'])
parameters.virtual_host = 'nosuch'
try:
    pika.BlockingConnection(parameters)
except pika.exceptions.ProbableAccessDeniedError as error:
    say('vhost', text=str(error))

connection = connect()
try:
    connection.channel().exchange_declare(exchange='refused', exchange_type='x-nosuch')
except pika.exceptions.ConnectionClosedByBroker as error:
    say('mistake', code=error.reply_code, text=error.reply_text)
