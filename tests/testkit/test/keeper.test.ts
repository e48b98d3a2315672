import { access, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually, startProgram } from '@warrenmq/testkit'
import { expect, it } from 'vitest'
import { KEEPER_SCRIPT, startKeeper } from '../src/keeper.ts'

const STUBBORN = 'process.on("SIGTERM", () => {}); console.log("up"); setInterval(() => {}, 1000)'
const KILLED = 128 + 9

async function folderWithFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'warrenmq-keeper-'))
  await writeFile(join(folder, 'file'), 'x')
  return folder
}

const isGone = (folder: string) =>
  access(folder).then(
    () => false,
    () => true,
  )

async function startStubborn() {
  const program = startProgram(process.execPath, ['--eval', STUBBORN])
  await program.line()
  return program
}

it('cuts processes and removes their folder', async () => {
  const folder = await folderWithFile()
  const programs = [await startStubborn(), await startStubborn()]
  const keeper = startKeeper(folder)
  for (const { processId } of programs) keeper.keep(processId as number)
  await keeper.finish()
  expect(await Promise.all(programs.map((program) => program.exited))).toEqual([KILLED, KILLED])
  expect(await isGone(folder)).toBe(true)
})

it('does so when the process that started it is killed', async () => {
  const folder = await folderWithFile()
  const kept = await startStubborn()
  // Starts a keeper as the function does, tells it what to keep, and waits to be killed.
  const parent = startProgram(process.execPath, [
    '--eval',
    `const { spawn } = require('node:child_process')
    const [script, folder, processId] = process.argv.slice(1)
    const keeper = spawn('sh', ['-c', script, 'keeper', folder], { detached: true, stdio: ['pipe', 'ignore', 'inherit'] })
    keeper.stdin.write(processId + '\\n', () => console.log('kept'))
    setInterval(() => {}, 1000)`,
    KEEPER_SCRIPT,
    folder,
    String(kept.processId),
  ])
  await parent.line()
  expect(await isGone(folder)).toBe(false)
  parent.signal('SIGKILL')
  expect(await kept.exited).toBe(KILLED)
  await eventually(() => isGone(folder), 'the folder to be gone')
})
