'use strict'
// Counts what the gRPC library does on the wire: connections made, and GOAWAY frames received. To be loaded before it.

const http2 = require('http2')

/** With the library's own 64 KiB, one reply that nobody reads would hold up all others, on this side alone. */
const CONNECTION_WINDOW = 4 * 1024 * 1024

const counts = { connections: 0, goaways: 0 }
const connect = http2.connect

http2.connect = (...args) => {
  const session = connect(...args)
  counts.connections++
  session.on('goaway', () => counts.goaways++)
  session.once('remoteSettings', () => session.setLocalWindowSize(CONNECTION_WINDOW))
  return session
}

module.exports = { counts }
