import { startProgram } from '@warrenmq/testkit'
import { expect, it } from 'vitest'

const node = (source: string) => startProgram(process.execPath, ['--eval', source])

it('gives the lines of a program one by one, and all of them at its end', async () => {
  await using program = node('for (const text of ["a", "b", "c"]) console.log(text)')
  expect(await program.line((line) => line === 'b')).toBe('b')
  expect(await program.line()).toBe('c')
  expect(await program.finish()).toEqual(['a', 'b', 'c'])
})

it('says what a program printed when it ends without the line', async () => {
  await using program = node('console.log("only this"); console.error("and that")')
  await expect(program.line((line) => line === 'ready')).rejects.toThrow(/ended early: only this and that/)
})

it('says what a program printed when it fails', async () => {
  await using program = node('console.error("why"); process.exitCode = 3')
  await expect(program.finish()).rejects.toThrow(/ended with 3:\s+why/)
})

it('says what a program printed when the line does not come in time', async () => {
  await using program = node('console.log("only this"); setInterval(() => {}, 1000)')
  await program.line()
  const late = program.line((line) => line === 'ready', 50)
  await expect(late).rejects.toThrow(/^waited 50 ms for a line of .*; so far: only this/s)
})

it('ends a program that runs', async () => {
  const program = node('console.log("up"); setInterval(() => {}, 1000)')
  await program.line()
  expect(await program.stop()).toBe(128 + 15)
})

it('cuts a program that does not listen', async () => {
  const program = node('process.on("SIGTERM", () => {}); console.log("up"); setInterval(() => {}, 1000)')
  await program.line()
  await expect(program.stop(50)).rejects.toThrow('waited 50 ms')
  expect(await program.exited).toBe(128 + 9)
})

it('says that a program cannot be started', async () => {
  const program = startProgram('/no/such/program', [])
  await expect(program.finish()).rejects.toThrow(/ENOENT/)
})
