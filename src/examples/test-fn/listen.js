'use strict'
// Start-up, well and badly behaved: how the socket named by FN_LISTENER comes to be.

const fs = require('fs')
const path = require('path')
const { once } = require('events')

const OPEN = 0o666

/**
 * The ways to offer the socket, by the value of INIT_SOCKET. Each gets the server, the agreed path and a neighbouring
 * path of another name. A runner takes the agreed name's appearance for readiness, and should then accept `linked`,
 * `dotted`, `direct` and `renamed` and refuse the rest; `deaf` and `private` it can only notice at the first call.
 */
const ways = {
  linked: (server, agreed, hidden) => open(server, hidden, () => fs.symlinkSync(path.basename(hidden), agreed)),
  dotted: (server, agreed, hidden) => open(server, hidden, () => fs.symlinkSync('./' + path.basename(hidden), agreed)),
  direct: (server, agreed) => open(server, agreed),
  renamed: (server, agreed, hidden) => open(server, hidden, () => fs.renameSync(hidden, agreed)),
  absolute: (server, agreed, hidden) => open(server, hidden, () => fs.symlinkSync(hidden, agreed)),
  nested: (server, agreed, hidden) => {
    fs.mkdirSync(hidden)
    open(server, path.join(hidden, 's'), () => fs.symlinkSync(path.join(path.basename(hidden), 's'), agreed))
  },
  dangling: (server, agreed) => stay(() => fs.symlinkSync('nowhere.sock', agreed)),
  file: (server, agreed) => stay(() => fs.writeFileSync(agreed, '')),
  directory: (server, agreed) => stay(() => fs.mkdirSync(agreed)),
  none: () => stay(() => {}),
  // A socket file that outlives its server refuses connections; closing the server removes only the name it bound.
  deaf: (server, agreed, hidden) => open(server, hidden, () => {
    fs.renameSync(hidden, hidden + '2')
    server.close()
    stay(() => fs.symlinkSync(path.basename(hidden) + '2', agreed))
  }),
  private: (server, agreed, hidden) => open(server, hidden, () => {
    fs.chmodSync(hidden, 0)
    fs.symlinkSync(path.basename(hidden), agreed)
  })
}

function open (server, file, then = () => {}) {
  server.listen(file, () => {
    fs.chmodSync(file, OPEN)
    then()
  })
}

/** Keeps a process alive that serves nothing. */
function stay (action) {
  action()
  setInterval(() => {}, 1 << 30)
}

function listen (server, env) {
  const listener = env.FN_LISTENER || ''
  if (!listener.startsWith('unix:/') || (env.FN_FORMAT || 'http-stream') !== 'http-stream') {
    console.error(`unusable FN_LISTENER "${listener}" or FN_FORMAT "${env.FN_FORMAT}"`)
    process.exit(2)
  }
  const agreed = listener.slice('unix:'.length)
  const hidden = path.join(path.dirname(agreed), 'phony' + path.basename(agreed))
  const way = env.INIT_SOCKET || 'linked'
  if (!Object.hasOwn(ways, way)) {
    console.error(`no INIT_SOCKET "${way}"; there are ${Object.keys(ways).join(', ')}`)
    process.exit(2)
  }
  for (const leftover of [agreed, hidden]) {
    fs.rmSync(leftover, { force: true, recursive: true })
  }
  server.on('error', (e) => {
    console.error(`cannot listen on ${agreed}: ${e.message}`)
    process.exit(3)
  })
  ways[way](server, agreed, hidden)
}

let swaps = 0

/** Puts a link in the agreed place, in one step. */
function point (agreed, target) {
  const next = `${agreed}.${++swaps}`
  fs.symlinkSync(target, next)
  fs.renameSync(next, agreed)
}

/** Offers another socket in the place of the one there is. */
async function listenAnew (server, env) {
  const agreed = env.FN_LISTENER.slice('unix:'.length)
  const file = path.join(path.dirname(agreed), `phony${++swaps}.sock`)
  server.listen(file)
  await once(server, 'listening')
  fs.chmodSync(file, OPEN)
  point(agreed, path.basename(file))
}

/** Has the agreed name lead elsewhere. */
function leadAway (target, env) {
  point(env.FN_LISTENER.slice('unix:'.length), target)
}

module.exports = { listen, listenAnew, leadAway }
