import { readFile } from 'node:fs/promises'
import { Invalid } from '../base/errors.ts'

/** The text of a file on this machine; `-` is what is piped in. @throws Invalid naming the file where it cannot be read. */
export const readText = (path: string): Promise<string> =>
  readFile(path === '-' ? '/dev/stdin' : path, 'utf8').catch((cause: unknown) => {
    throw new Invalid('cli', [{ field: path, message: `cannot be read: ${(cause as Error).message}` }])
  })

/** The JSON in a file on this machine. @throws Invalid naming the file where it cannot be read, or holds none. */
export const readJson = async (path: string): Promise<unknown> => {
  const text = await readText(path)
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Invalid('cli', [{ field: path, message: `is not JSON: ${(error as Error).message}` }])
  }
}
