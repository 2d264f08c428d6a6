'use strict'
// The steps that programs are made of. A step may return an object, which is added to its entry in the report.

const fs = require('fs')
const net = require('net')
const zlib = require('zlib')
const { spawn } = require('child_process')
const { once } = require('events')
const { setTimeout: pause } = require('timers/promises')
const { isPromise } = require('util/types')

const MEBIBYTE = 1024 * 1024
const LINE = 'a line of output that means nothing, 64 bytes with its newline.\n'
const CONNECT_TIMEOUT_MS = 2000

/** What `alloc` holds on to. */
const held = []

const attempt = (action) => {
  const note = (e) => ({ error: e.code || e.message })
  try {
    const result = action()
    return isPromise(result) ? result.catch(note) : result
  } catch (e) {
    return note(e)
  }
}

const pair = (text) => {
  const at = text.indexOf('=')
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

const pattern = (bytes) => Buffer.alloc(bytes, '0123456789abcdef')

async function fill (call, bytes) {
  for (let left = Number(bytes); left > 0; left -= MEBIBYTE) {
    await call.answer.send(pattern(Math.min(left, MEBIBYTE)))
  }
}

/** Time of all threads counts, as it does to the runner, which reads it of the container. */
function burn (call, ms) {
  const begun = process.cpuUsage()
  let used = 0
  while (used < Number(ms) * 1000) {
    const { user, system } = process.cpuUsage(begun)
    used = user + system
  }
}

async function drip (call, chunks, bytes, ms) {
  for (let i = 0; i < Number(chunks); i++) {
    await call.answer.send(pattern(Number(bytes)))
    await pause(Number(ms))
  }
}

async function flood (call, name, bytes) {
  const stream = name === 'stdout' ? process.stdout : process.stderr
  for (let left = Number(bytes); left > 0; left -= LINE.length) {
    if (!stream.write(LINE.slice(-left))) {
      await once(stream, 'drain')
    }
  }
}

async function fork (call, count) {
  const children = []
  for (let i = 0; i < Number(count); i++) {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1 << 30)'], { stdio: 'ignore' })
    children.push(await Promise.race([
      once(child, 'spawn').then(() => child.pid),
      once(child, 'error').then(([e]) => e.code)
    ]))
  }
  return { children }
}

async function connect (call, host, port) {
  const socket = net.connect({ host, port: Number(port), timeout: CONNECT_TIMEOUT_MS })
  socket.on('timeout', () => socket.destroy(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' })))
  try {
    await once(socket, 'connect')
    return { connected: true }
  } finally {
    socket.destroy()
  }
}

const steps = {
  // the request
  read: { args: [0, 1], run: (call, bytes = Infinity) => call.read(Number(bytes)) },

  // the answer's head
  status: { args: [1, 2], run: ({ answer }, status, reason) => { Object.assign(answer, { status, reason }) } },
  header: { args: [1, 1], run: ({ answer }, text) => { answer.headers.push(pair(text)) } },
  pad: { args: [1, 1], run: ({ answer }, bytes) => { answer.headers.push(['X-Pad', 'x'.repeat(Number(bytes))]) } },
  headers: { args: [1, 1], run: ({ answer }, count) => { answer.numberedHeaders += Number(count) } },
  version: { args: [1, 1], run: ({ answer }, version) => { Object.assign(answer, { version }) } },
  frame: { args: [1, 1], run: ({ answer }, kind) => answer.setFrame(kind) },
  trailer: { args: [1, 1], run: ({ answer }, text) => { answer.trailers.push(pair(text)) } },
  interim: { args: [1, 1], run: ({ answer }, status) => answer.interim(status) },

  // the answer's body
  flush: { args: [0, 0], run: ({ answer }) => answer.flush() },
  send: { args: [1, 1], run: ({ answer }, text) => answer.send(text) },
  gzip: { args: [1, 1], run: ({ answer }, text) => answer.send(zlib.gzipSync(text)) },
  fill: { args: [1, 1], run: fill },
  drip: { args: [3, 3], run: drip },
  echo: { args: [0, 0], run: (call) => call.echo() },
  report: { args: [0, 0], run: (call) => call.report() },
  end: { args: [0, 0], run: ({ answer }) => answer.end() },
  raw: { args: [1, 1], run: ({ answer }, text) => answer.raw(text) },

  // the connection and the process
  sleep: { args: [1, 1], run: async (call, ms) => { await pause(Number(ms)) } },
  burn: { args: [1, 1], run: burn },
  close: { args: [0, 0], run: (call) => call.close() },
  reset: { args: [0, 0], run: (call) => call.reset() },
  hang: { args: [0, 0], run: (call) => call.hang() },
  stop: { args: [0, 0], run: (call) => call.stop() },
  socket: { args: [1, 2], run: (call, way, target) => call.swapSocket(way, target) },
  exit: { args: [1, 1], run: (call, code) => process.exit(Number(code)) },
  kill: { args: [1, 1], run: (call, signal) => { process.kill(process.pid, signal) } },

  // what the container allows
  stdout: { args: [1, 1], run: (call, text) => { process.stdout.write(text + '\n') } },
  stderr: { args: [1, 1], run: (call, text) => { process.stderr.write(text + '\n') } },
  flood: { args: [2, 2], run: flood },
  alloc: { args: [1, 1], run: (call, mebibytes) => { held.push(Buffer.alloc(Number(mebibytes) * MEBIBYTE, 1)) } },
  free: { args: [0, 0], run: () => { held.length = 0 } },
  fork: { args: [1, 1], run: (call, count) => attempt(() => fork(call, count)) },
  write: { args: [2, 2], run: (call, file, bytes) => attempt(() => fs.writeFileSync(file, pattern(Number(bytes)))) },
  append: { args: [2, 2], run: (call, file, text) => attempt(() => fs.appendFileSync(file, text + '\n')) },
  file: { args: [1, 1], run: (call, file) => attempt(() => ({ content: fs.readFileSync(file, 'utf8') })) },
  connect: { args: [2, 2], run: (call, host, port) => attempt(() => connect(call, host, port)) }
}

module.exports = { steps }
