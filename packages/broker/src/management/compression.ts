/** Answers in gzip for clients that take it, as RabbitMQ sends them. */

import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** Smaller answers are sent as they are, in bytes. */
const SIZE_MIN = 300

const compress = promisify<Uint8Array, Buffer>(gzip)

/** The answer's body as it is sent. */
export async function compressed({ headers }: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> {
  if (!Buffer.isBuffer(payload) || payload.length < SIZE_MIN || !takesGzip(headers['accept-encoding'])) return payload
  reply.header('content-encoding', 'gzip').removeHeader('content-length')
  return compress(payload)
}

function takesGzip(accept: string | string[] | undefined): boolean {
  return String(accept ?? '')
    .split(',')
    .some((entry) => /^\s*gzip\s*(;\s*q=(?!0(\.0*)?\s*$).*)?$/i.test(entry))
}
