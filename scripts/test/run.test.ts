import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { root, run } from '../lib/run.mjs'

const runModule = pathToFileURL(`${root}/scripts/lib/run.mjs`).href

describe('run', () => {
  it("resolves to the program's exit code", async () => {
    expect(await run('node', ['--eval', 'process.exit(7)'])).toBe(7)
  })

  it('resolves to 128 plus the number of the signal that ended the program', async () => {
    expect(await run('node', ['--eval', 'process.kill(process.pid, "SIGKILL")'])).toBe(137)
  })

  it('finds the programs of installed packages', async () => {
    expect(await run('tsc', ['--version'], { output: 'onFailure' })).toBe(0)
  })

  it('shows what a failing program wrote, and nothing of one that succeeds, when output is held back', async () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [
        '--input-type=module',
        '--eval',
        `import { run } from '${runModule}'
        const held = { output: 'onFailure' }
        await run('node', ['--eval', 'console.log("quiet"); console.error("quiet")'], held)
        await run('node', ['--eval', 'console.log("out "); console.error("err"); process.exit(1)'], held)`,
      ],
      { encoding: 'utf8' },
    )
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' })
    expect(stderr.split(/\s+/).sort()).toEqual(['', 'err', 'out'])
  })

  it('ends a program that takes longer than it may', async () => {
    expect(await run('node', ['--eval', 'setInterval(() => {}, 1000)'], { timeoutMs: 100 })).toBe(143)
  })

  it('rejects when there is no such program', async () => {
    await expect(run('no-such-program-anywhere', [])).rejects.toThrow('ENOENT')
  })

  // A process in between, so that the signal does not hit the test runner: it runs a program that ends with 5 on SIGTERM.
  it('hands a signal on, and waits for the program to end by itself', async () => {
    const program = `process.on('SIGTERM', () => process.exit(5)); setInterval(() => {}, 1000); console.log('ready')`
    const middle = `import { run } from '${runModule}'
      process.exitCode = await run('node', ['--eval', ${JSON.stringify(program)}])`
    const child = spawn(process.execPath, ['--input-type=module', '--eval', middle], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data')
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([5, null])
  })
})

describe('launch.mjs', () => {
  it('names the tasks when it is asked for another one', async () => {
    const child = spawn(process.execPath, [`${root}/scripts/launch.mjs`, 'fly'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const [stderr] = await once(child.stderr, 'data')
    expect(String(stderr)).toContain("there is no task 'fly', only start, test, check")
    expect(await once(child, 'exit')).toEqual([2, null])
  })
})
