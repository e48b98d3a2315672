import { badArgument } from '../cli-error.ts'
import type { CommandGroup } from '../command.ts'
import { complete } from '../completion/complete.ts'
import { COMPLETION_SCRIPTS } from '../completion/scripts.ts'

export const COMPLETION_COMMANDS: CommandGroup = {
  title: 'Shell completion',
  commands: [
    {
      name: 'completion',
      summary: 'prints a script that completes commands, options and columns',
      arguments: [['<shell>', Object.keys(COMPLETION_SCRIPTS).join(', ')]],
      choices: Object.keys(COMPLETION_SCRIPTS),
      details: [
        'bash: eval "$(amqpctl completion bash)" in ~/.bashrc. zsh: eval "$(amqpctl completion zsh)" in ~/.zshrc, behind compinit. fish: amqpctl completion fish > ~/.config/fish/completions/amqpctl.fish',
      ],
      examples: ['completion bash', 'completion fish > ~/.config/fish/completions/amqpctl.fish'],
      async run(context, [shell]) {
        if (!Object.hasOwn(COMPLETION_SCRIPTS, shell)) {
          throw badArgument(`shell '${shell}' is none of ${Object.keys(COMPLETION_SCRIPTS).join(', ')}`)
        }
        context.output.raw(COMPLETION_SCRIPTS[shell])
      },
    },
    {
      name: 'autocomplete',
      summary: 'lists the commands that begin with something',
      arguments: [['[beginning]', 'of a name']],
      examples: ['autocomplete list_'],
      async run(context, [beginning = '']) {
        for (const word of complete(context.groups, [beginning])) context.output.line(word)
      },
    },
    {
      name: '__complete',
      hidden: true,
      summary: 'what the completion scripts ask: the words so far, the last one unfinished',
      arguments: [['[word...]', 'behind the program']],
      examples: ['__complete list_queues na'],
      async run(context, words) {
        for (const word of complete(context.groups, words)) context.output.line(word)
      },
    },
  ],
}
