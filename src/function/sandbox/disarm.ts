import dgram from 'node:dgram'
import dns from 'node:dns'
import module from 'node:module'
import net from 'node:net'

/*
 * The permission model of Node 24 keeps code from files, processes and add-ons, and not from sockets. The walls before it are the world without
 * objects of ours, in which code runs, and that no text becomes code. This is the wall behind: whoever should get through finds no way to load a
 * module, and no method that connects.
 */

const never = (): never => {
  throw new Error('not allowed')
}

const close = (target: object, names: readonly string[]): void => {
  for (const name of names) Object.defineProperty(target, name, { value: never, writable: false, configurable: false })
}

const methodsOf = (target: object): readonly string[] =>
  Object.getOwnPropertyNames(target).filter(
    (name) => name !== 'constructor' && typeof Reflect.get(target, name, {}) === 'function',
  )

// What a module would be loaded by, asked for anything at all.
const closeModules = (): void => {
  module.registerHooks({ resolve: never, load: never })
  close(process, ['binding', '_linkedBinding', 'dlopen', 'getBuiltinModule'])
}

const closeSockets = (): void => {
  close(net.Socket.prototype, ['connect', 'open'])
  close(net.Server.prototype, ['listen'])
  close(net, ['connect', 'createConnection', 'createServer', 'Socket', 'Server'])
  close(dgram.Socket.prototype, ['bind', 'connect', 'send', 'addMembership'])
  close(dgram, ['createSocket', 'Socket'])
  close(
    dns,
    methodsOf(dns).filter((name) => name !== 'promises'),
  )
  close(dns.promises, methodsOf(dns.promises))
}

// Globals of Node that reach further than a calculation does; what JavaScript itself has stays.
const KEPT = new Set(['global', 'globalThis', 'Infinity', 'NaN', 'undefined'])
const closeGlobals = (): void => {
  const ofNode = [
    'process',
    'Buffer',
    'fetch',
    'WebSocket',
    'EventSource',
    'XMLHttpRequest',
    'navigator',
    'Worker',
    'WebAssembly',
  ]
  for (const name of [
    ...ofNode,
    'BroadcastChannel',
    'MessageChannel',
    'MessagePort',
    'queueMicrotask',
    'structuredClone',
    'require',
  ])
    if (!KEPT.has(name)) Reflect.deleteProperty(globalThis, name)
}

/** Takes away what opens sockets, loads modules and reaches the process. Afterwards nothing can be imported: what is needed is in hand before. */
export const disarm = (): void => {
  closeSockets()
  closeModules()
  closeGlobals()
}
