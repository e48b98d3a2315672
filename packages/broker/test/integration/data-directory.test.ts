import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { DataDirectory } from '../../src/log/data-directory.ts'

const directories: string[] = []

afterAll(async () => {
  for (const directory of directories) await rm(directory, { recursive: true, force: true })
})

async function createPath(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'warren-data-'))
  directories.push(directory)
  return join(directory, 'below', 'data')
}

describe('a data directory on the disk of this machine', () => {
  it('is created for its owner alone, and is open once', async () => {
    const path = await createPath()
    const data = await DataDirectory.open({ path })
    expect((await stat(path)).mode & 0o777).toBe(0o700)
    expect(await readFile(join(path, 'format'), 'utf8')).toBe('WarrenMQ data, format 2\n')
    await expect(DataDirectory.open({ path })).rejects.toThrow(
      `data directory ${path} is in use by this process (${process.pid})`,
    )
    await data.close()
    await (await DataDirectory.open({ path })).close()
  })

  it('stays with another process until that has ended', async () => {
    const path = await createPath()
    const data = await DataDirectory.open({ path })
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000); console.log("runs")'])
    try {
      await once(other.stdout, 'data')
      // The lock as that process would have written it.
      const lock = JSON.parse(await readFile(join(path, 'lock'), 'utf8'))
      await data.close()
      const stat = await readFile(`/proc/${other.pid}/stat`, 'latin1').catch(() => '')
      const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
      await writeFile(join(path, 'lock'), `${JSON.stringify({ ...lock, pid: other.pid, started })}\n`)
      const refusal = `data directory ${path} is in use by process ${other.pid}`
      await expect(DataDirectory.open({ path })).rejects.toThrow(refusal)
    } finally {
      other.kill('SIGKILL')
      await once(other, 'exit')
    }
    await (await DataDirectory.open({ path })).close()
  })
})
