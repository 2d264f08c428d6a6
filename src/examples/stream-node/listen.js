'use strict'
// The container contract's side of start-up: offer the server on FN_LISTENER's socket.

const fs = require('fs')
const path = require('path')

/**
 * Listens beside the agreed socket path under another name, opens the socket to everyone, and only then links the agreed
 * name to it: the runner takes the appearance of that name for readiness. The link's target has no directory part, as
 * the runner sees the directory under another path than this process does.
 */
function listen (server) {
  const listener = process.env.FN_LISTENER || ''
  if (!listener.startsWith('unix:/') || (process.env.FN_FORMAT || 'http-stream') !== 'http-stream') {
    console.error(`unusable FN_LISTENER "${listener}" or FN_FORMAT "${process.env.FN_FORMAT}"`)
    process.exit(2)
  }
  const agreed = listener.slice('unix:'.length)
  const hidden = path.join(path.dirname(agreed), 'phony' + path.basename(agreed))
  for (const leftover of [agreed, hidden]) {
    fs.rmSync(leftover, { force: true })
  }
  server.on('error', (e) => {
    console.error(`cannot listen on ${hidden}: ${e.message}`)
    process.exit(3)
  })
  server.listen(hidden, () => {
    fs.chmodSync(hidden, 0o666)
    fs.symlinkSync(path.basename(hidden), agreed)
  })
}

module.exports = { listen }
