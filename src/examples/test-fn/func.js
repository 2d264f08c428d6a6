'use strict'
// Does what a call asks for, faults above all. README.md is its manual.

const net = require('net')
const { setTimeout: pause } = require('timers/promises')
const { Call } = require('./call')
const { listen, listenAnew, leadAway } = require('./listen')
const program = require('./program')
const reference = require('./reference')
const { PeerGone } = require('./answer')
const { Requests } = require('../wire/requests')

const env = process.env
const idleTimeout = Number(env.IDLE_TIMEOUT_MSEC || 0)
const counts = { connections: 0, calls: 0 }
const serveConnection = (socket) => {
  counts.connections++
  socket.on('error', (e) => console.error(`connection: ${e.message}`))
  converse(socket).catch((e) => {
    if (!(e instanceof PeerGone)) {
      console.error(`connection: ${e.message}`)
    }
    socket.destroy()
  })
}
let server = net.createServer({ allowHalfOpen: true }, serveConnection)

/** Serves the requests of one connection until either side has had enough. */
async function converse (socket) {
  const requests = new Requests(socket)
  for (;;) {
    const request = await nextWithin(idleTimeout, socket, requests)
    if (request === null) {
      socket.end()
      return
    }
    counts.calls++
    const call = new Call(request, socket, { counts: { ...counts }, stopServer, swapSocket })
    await serve(call)
    if (call.closed) {
      return
    }
    if (call.answer.last || /close/i.test(request.header('connection') || '')) {
      socket.end()
      return
    }
    await call.read(Infinity)
  }
}

async function nextWithin (ms, socket, requests) {
  const timer = ms > 0 ? setTimeout(() => socket.end(), ms) : undefined
  try {
    return await requests.next()
  } finally {
    clearTimeout(timer)
  }
}

async function serve (call) {
  const text = call.request.header('x-do') ?? call.request.header('fn-http-h-x-do')
  let steps
  try {
    steps = text === undefined ? undefined : program.parse(text.replaceAll(',', ';'))
  } catch (e) {
    await call.read(Infinity)
    call.answer.status = 502
    await call.answer.send(e.message + '\n')
    await call.answer.end()
    return
  }
  if (steps === undefined) {
    await reference.handle(call, await call.readText(), stopServer)
  } else {
    await program.run(steps, call)
  }
}

/** Takes no new connection from now on; the process ends with its last connection. */
function stopServer () {
  server.close(() => exit())
}

/** `anew`: another socket in the place of the first, which takes no connection any more; `away`: a link to elsewhere. */
async function swapSocket (way, target) {
  if (way === 'away') {
    leadAway(target, env)
    return
  }
  const old = server
  server = net.createServer({ allowHalfOpen: true }, serveConnection)
  await listenAnew(server, env)
  old.close()
}

async function exit () {
  await pause(Number(env.ENABLE_EXIT_DELAY_MSEC || 0))
  if (env.ENABLE_FOOTER) {
    console.error('container ends')
  }
  process.exit(0)
}

async function main () {
  if (env.ENABLE_HEADER) {
    console.error('container starts')
  }
  await pause(Number(env.ENABLE_INIT_DELAY_MSEC || 0))
  if (env.ENABLE_INIT_EXIT) {
    process.exit(Number(env.ENABLE_INIT_EXIT))
  }
  const expected = env.ENABLE_FAIL_IF_FN_SPAWN_CALL_ID_NONMATCH
  if (expected && env.FN_SPAWN_CALL_ID && expected !== env.FN_SPAWN_CALL_ID) {
    await pause(Number(env.ENABLE_FAIL_IF_FN_SPAWN_CALL_ID_NONMATCH_MSEC || 0))
    process.exit(255)
  }
  if (env.ENABLE_EXIT_DELAY_MSEC || env.ENABLE_FOOTER) {
    process.on('SIGTERM', exit)
  }
  listen(server, env)
}

main()
