import { lookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

// Where nothing of a customer's is, and a cloud's own secrets may be: link-local (metadata services), "this host", multicast.
const NOBODYS = new BlockList()
for (const [network, bits] of [
  ['169.254.0.0', 16],
  ['0.0.0.0', 8],
  ['224.0.0.0', 3],
  ['100.100.100.200', 32],
] as const)
  NOBODYS.addSubnet(network, bits, 'ipv4')
for (const [network, bits] of [
  ['fe80::', 10],
  ['ff00::', 8],
  ['::', 128],
  ['fd00:ec2::254', 128],
] as const)
  NOBODYS.addSubnet(network, bits, 'ipv6')

/** Whether an address is none of a customer's: a connection that a customer asked for never goes there. */
export const isNobodys = (address: string): boolean => {
  const family = isIP(address)
  return family !== 0 && NOBODYS.check(address, family === 6 ? 'ipv6' : 'ipv4')
}

/** The host of a URL as an address is written, without the brackets of IPv6. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, '$1')

// Where our own machines may be: this one, private networks, and what leads to them by another notation.
const PRIVATE = new BlockList()
for (const [network, bits] of [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['192.0.0.0', 24],
  ['198.18.0.0', 15],
] as const)
  PRIVATE.addSubnet(network, bits, 'ipv4')
for (const [network, bits] of [
  ['::1', 128],
  ['fc00::', 7],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2002::', 16],
  ['2001::', 32],
] as const)
  PRIVATE.addSubnet(network, bits, 'ipv6')

/** Whether an address is not of the public internet: code that a customer wrote never connects to it, unless the operator names the host. */
export const isPrivate = (address: string): boolean => {
  const family = isIP(address)
  return family !== 0 && (isNobodys(address) || PRIVATE.check(address, family === 6 ? 'ipv6' : 'ipv4'))
}

const lookupBut =
  (isBad: (address: string) => boolean): LookupFunction =>
  (host, options, done) =>
    lookup(host, { ...options, all: true }, (error, found) => {
      if (error) return done(error, '')
      const bad = found.find(({ address }) => isBad(address))
      const [first] = found
      if (bad || !first) return done(Object.assign(new Error(`no connection is made to ${host}`), { code: 'EREFUSED' }), '')
      return options.all ? done(null, found) : done(null, first.address, first.family)
    })

/** Looks a name up for a connection that a customer asked for, and fails where it leads to what is nobody's: what was checked is what is connected to. */
export const checkedLookup: LookupFunction = lookupBut(isNobodys)

/** The same for code that a customer wrote: it fails where the name leads to anything private. */
export const publicLookup: LookupFunction = lookupBut(isPrivate)
