import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

export type Wire = { readonly url: string; readonly cut: () => Promise<void>; readonly mend: () => Promise<void> }

/** A wire to the database that can be cut: connections break at once and new ones are refused, as when the server is away. */
export const wireTo = async (databaseUrl: string): Promise<Wire> => {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  const open = (): Server =>
    createServer((near) => {
      const far = connect(Number(target.port), target.hostname)
      for (const socket of [near, far]) {
        sockets.add(socket)
        socket.on('error', () => {}).on('close', () => sockets.delete(socket))
      }
      near.pipe(far).pipe(near)
    })
  const listen = (server: Server, port: number): Promise<void> =>
    new Promise((resolve) => server.listen(port, '127.0.0.1', resolve))
  let server = open()
  await listen(server, 0)
  const { port } = server.address() as AddressInfo
  const url = new URL(databaseUrl)
  url.host = `127.0.0.1:${port}`
  return {
    url: url.href,
    cut: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    },
    mend: async () => {
      server = open()
      await listen(server, port)
    },
  }
}
