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

/** Looks a name up for a connection that a customer asked for, and fails where it leads to what is nobody's: what was checked is what is connected to. */
export const checkedLookup: LookupFunction = (host, options, done) =>
  lookup(host, { ...options, all: true }, (error, found) => {
    if (error) return done(error, '')
    const bad = found.find(({ address }) => isNobodys(address))
    const [first] = found
    if (bad || !first) return done(new Error(`no connection is made to ${host}`), '')
    return options.all ? done(null, found) : done(null, first.address, first.family)
  })
