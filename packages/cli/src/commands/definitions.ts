import { statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Definitions } from '@warrenmq/client/management'
import { badArgument } from '../cli-error.ts'
import type { CommandGroup } from '../command.ts'
import { parseDefinitions, readDefinitions } from '../definitions-file.ts'
import { withProgress } from '../output/progress.ts'

const FORMAT_OPTION = { flags: '--format <format>', description: 'json' }

export const DEFINITION_COMMANDS: CommandGroup = {
  title: 'Definitions',
  commands: [
    {
      name: 'export_definitions',
      summary: 'writes users, vhosts, policies, queues, exchanges and bindings to a file',
      arguments: [['<file>', 'its path, or - for standard output']],
      options: [FORMAT_OPTION],
      details: [
        'Messages are no part of it. The file holds the hashes of passwords: it is written for its owner alone.',
      ],
      examples: ['export_definitions broker.json', '-q export_definitions - | jq .queues'],
      async run(context, [path], options) {
        options.choice('format', ['json'])
        if (path !== '-' && !isFolder(dirname(path))) throw badArgument(`Directory ${dirname(path)} does not exist`)
        if (path !== '-') context.output.info(`Exporting definitions in JSON to a file at "${path}" ...`)
        const definitions = await withProgress(context, 'Exporting', context.client.definitions.export())
        if (path === '-') context.output.line(JSON.stringify(definitions))
        else writeFileSync(path, JSON.stringify(definitions), { mode: 0o600 })
      },
    },
    {
      name: 'import_definitions',
      summary: 'adds what a file holds to the broker, and changes what differs',
      arguments: [['<file>', 'its path, or - for standard input']],
      options: [FORMAT_OPTION, { flags: '--skip-if-unchanged', description: 'accepted for scripts; it is imported' }],
      examples: ['import_definitions broker.json', 'import_definitions - < broker.json'],
      async run(context, [path], options) {
        options.choice('format', ['json'])
        const text = await readDefinitions(context, path)
        const from = path === '-' ? 'standard input' : `a file at "${path}"`
        context.output.info(`Importing definitions in JSON from ${from} ...`)
        const definitions = parseDefinitions(text, path)
        const what = `Importing ${countObjects(definitions)} objects`
        await withProgress(context, what, context.client.definitions.import(definitions))
        context.output.done()
      },
    },
  ],
}

function countObjects(definitions: Definitions): number {
  return Object.values(definitions).reduce<number>((sum, part) => sum + (Array.isArray(part) ? part.length : 0), 0)
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}
