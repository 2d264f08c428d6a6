'use strict'
// One call: what a program or the reference function works on.

const crypto = require('crypto')
const os = require('os')
const { Answer } = require('./answer')

const TEXT_LIMIT = 4096

class Call {
  #request
  #socket
  #hash = crypto.createHash('sha256')
  #bodyDone = false

  /** counts: how many connections and calls this process has had. stopServer: see stop(); swapSocket: see func.js. */
  constructor (request, socket, { counts, stopServer, swapSocket }) {
    this.#request = request
    this.#socket = socket
    this.counts = counts
    this.stop = stopServer
    this.swapSocket = swapSocket
    this.answer = new Answer(socket)
    this.did = []
    this.bytes = 0
    this.text = ''
    this.closed = false
  }

  get request () {
    return this.#request
  }

  /** Reads the body until at least that many bytes of it have come, or it has ended. */
  async read (bytes) {
    for (const goal = this.bytes + bytes; this.bytes < goal;) {
      if (await this.#chunk() === null) {
        return
      }
    }
  }

  /** The whole body as text. */
  async readText () {
    const chunks = []
    for (let chunk = await this.#chunk(); chunk !== null; chunk = await this.#chunk()) {
      chunks.push(chunk)
    }
    return Buffer.concat(chunks).toString()
  }

  /** Sends what is left of the body back, chunk by chunk as it comes. */
  async echo () {
    for (let chunk = await this.#chunk(); chunk !== null; chunk = await this.#chunk()) {
      await this.answer.send(chunk)
    }
  }

  async #chunk () {
    const { done, value } = await this.#request.body.next()
    if (done) {
      this.#bodyDone = true
      return null
    }
    this.bytes += value.length
    this.#hash.update(value)
    if (this.text.length < TEXT_LIMIT) {
      this.text += value.toString('utf8', 0, TEXT_LIMIT - this.text.length)
    }
    return value
  }

  /** Answers with what this process knows about the call and itself, as JSON. */
  async report () {
    const { method, target, version, headers } = this.#request
    if (!this.answer.started && !this.answer.headers.some(([name]) => /^content-type$/i.test(name))) {
      this.answer.headers.push(['Content-Type', 'application/json'])
    }
    await this.answer.send(JSON.stringify({
      request: { method, target, version, headers },
      body: {
        bytes: this.bytes,
        sha256: this.#hash.copy().digest('hex'),
        complete: this.#bodyDone,
        text: this.text
      },
      counts: this.counts,
      process: { pid: process.pid, uid: process.getuid(), gid: process.getgid(), cwd: process.cwd(), host: os.hostname() },
      env: { ...process.env },
      did: this.did
    }, null, 1) + '\n')
  }

  /** Ends the connection once what was written has left. */
  close () {
    this.closed = true
    this.#socket.end()
  }

  /** Cuts the connection; unsent bytes are lost. */
  reset () {
    this.closed = true
    this.#socket.destroy()
  }

  /** Never comes back, except when the peer gives the connection up. */
  async hang () {
    this.closed = true
    await new Promise((resolve) => this.#socket.once('close', resolve))
  }
}

module.exports = { Call }
