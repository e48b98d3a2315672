/** Completion scripts by shell: each hands the words to `amqpctl __complete` and offers what it prints. */

export const COMPLETION_SCRIPTS: Readonly<Record<string, string>> = {
  bash: `_amqpctl() {
  local IFS=$'\\n'
  COMPREPLY=($(amqpctl __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _amqpctl amqpctl
`,
  zsh: `#compdef amqpctl
_amqpctl() {
  local -a candidates
  candidates=("\${(@f)$(amqpctl __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "$candidates" ]]; then compadd -- $candidates; else _files; fi
}
compdef _amqpctl amqpctl
`,
  fish: `function __amqpctl_complete
  set -l words (commandline -opc) (commandline -ct)
  amqpctl __complete -- $words[2..-1] 2>/dev/null
end
complete -c amqpctl -a '(__amqpctl_complete)'
`,
}
