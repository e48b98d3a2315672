import { readFileSync } from 'node:fs'
import { buffer } from 'node:stream/consumers'
import { badArgument, CliError } from '../cli-error.ts'
import type { CommandGroup } from '../command.ts'
import type { Context } from '../context.ts'
import { readFrames } from '../decode/read-frames.ts'
import { readHex } from '../decode/read-hex.ts'
import { ExitCode } from '../exit-code.ts'

export const DECODE_COMMANDS: CommandGroup = {
  title: 'Protocol',
  commands: [
    {
      name: 'decode',
      summary: 'shows the AMQP 0-9-1 frames in bytes that were captured',
      arguments: [['[file]', 'bytes, or their hexadecimal digits; standard input when it is missing or -']],
      options: [{ flags: '--hex <digits>', description: 'hexadecimal digits instead of a file' }],
      details: [
        'One direction of one connection, from a frame on; a protocol header may stand at the beginning. Spaces and line breaks among digits do not count. Messages in it are shown: it asks no broker.',
      ],
      examples: [
        'decode session.bin',
        "decode --hex '01 00 00 00 00 00 05 00 0a 00 33 00 ce'",
        'decode --formatter json < session.hex',
      ],
      async run(context, [path], options) {
        const hex = options.text('hex')
        const bytes = hex === undefined ? await readBytes(context, path) : readHex(hex)
        if (bytes === undefined) throw badArgument('--hex takes an even number of hexadecimal digits')
        const { frames, problem } = readFrames(bytes)
        context.output.listing(
          ['offset', 'channel', 'frame', 'content'],
          frames.map(({ offset, channel, kind, content }) => [offset, channel, kind, content]),
        )
        if (problem !== undefined) throw new CliError(ExitCode.dataError, problem)
      },
    },
  ],
}

/** What is all digits is taken for hexadecimal ones. */
async function readBytes({ terminal }: Context, path = '-'): Promise<Uint8Array> {
  const raw = path === '-' ? await buffer(terminal.stdin) : readFile(path)
  return readHex(raw.toString('latin1')) ?? raw
}

function readFile(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    throw badArgument(`File ${path} cannot be read: ${(error as Error).message}`)
  }
}
